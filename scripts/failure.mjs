/** A failure the user can act on: printed as its message alone, without a stack. */
export class Failure extends Error {
  /**
   * @param {string} message what is wrong and what to do about it
   * @param {string} [detail] output of the failed program, printed above the message
   */
  constructor(message, detail = '') {
    super(message)
    this.detail = detail
  }
}

/**
 * Runs a script's main function; a Failure ends the process with its message, anything else with its stack.
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (error.detail.trim() !== '') console.error(error.detail.trimEnd())
    console.error(`osprey: ${error.message}`)
    process.exit(1)
  }
}
