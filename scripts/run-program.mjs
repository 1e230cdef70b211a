import { spawn } from 'node:child_process'

/** Kept of a program's output: enough for any error message, bounded whatever it prints. */
const OUTPUT_LIMIT = 256 * 1024

/**
 * Runs a program to its end.
 * @param {string} file
 * @param {string[]} args
 * @param {{cwd: string, env?: NodeJS.ProcessEnv, show?: boolean | 'stderr'}} options
 *   `show`: the program's output goes to ours; 'stderr': only that
 * @returns {Promise<{code: number, output: string}>} exit code (128 + n after signal n) and the end of its output
 */
export function runProgram(file, args, { cwd, env = process.env, show = false }) {
  return new Promise((resolve, reject) => {
    const stdout = show === true ? 'inherit' : 'pipe'
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', stdout, show ? 'inherit' : 'pipe'] })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-OUTPUT_LIMIT)
    }
    child.stdout?.setEncoding('utf8').on('data', keep)
    child.stderr?.setEncoding('utf8').on('data', keep)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 128, output }))
  })
}
