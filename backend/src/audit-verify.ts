import { verifyCommand } from './audit/verify-command.ts'

process.exitCode = await verifyCommand(process.argv.slice(2), {
  say: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
})
