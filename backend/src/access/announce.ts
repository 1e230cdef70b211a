/**
 * Shows the generated password once, on standard error: a person at the console sees it, the structured log on
 * standard output never does.
 */
export function announceAdministrator(username: string, password: string): void {
  const lines = [
    'The administrator account was created.',
    `    user name  ${username}`,
    `    password   ${password}`,
    'It is shown only this once.',
  ]
  const rule = '─'.repeat(60)
  process.stderr.write(`\n${rule}\n${lines.join('\n')}\n${rule}\n\n`)
}
