/** The oldest Node the launcher and the test runner run on; the services themselves run on the pinned Node 24. */
const OLDEST = [20, 19]

/**
 * Says why this Node cannot run Osprey's scripts, or undefined when it can.
 * @param {string} version such as "20.19.4"
 * @returns {string | undefined} one line for the user
 */
export function nodeProblem(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined
  return (
    `Osprey needs Node.js ${OLDEST.join('.')} or newer to start; this is ${version}. ` +
    'Install a current Node.js (https://nodejs.org) and run the same command again.'
  )
}

/** Ends the process with one line when this Node is too old. Runs before any newer syntax is loaded. */
export function requireNode() {
  const problem = nodeProblem(process.versions.node)
  if (problem === undefined) return
  console.error(problem)
  process.exit(1)
}
