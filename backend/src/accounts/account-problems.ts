import type { Role } from '@osprey/core/permissions'
import { invalid, ProblemException, quote } from '../http/problem.ts'
import type { AccountRefusal } from './account-rules.ts'

interface Wanted {
  username?: string
  role: Role
  jurisdictions: readonly string[] | null
}

/** What the administrator is told. */
export function refusal(reason: AccountRefusal, wanted: Wanted): ProblemException {
  switch (reason) {
    case 'administrator_is_bound':
      return invalid(
        'jurisdictions',
        wanted.jurisdictions && [...wanted.jurisdictions],
        'null: administrators have the whole territory',
      )
    case 'own_role':
      return refused('role', wanted.role, 'nobody changes their own role: ask another administrator')
    case 'own_disabling':
      return refused('disabled', true, 'nobody disables their own account: ask another administrator')
    case 'own_removal':
      return new ProblemException(409, 'nobody removes their own account: ask another administrator')
    case 'last_administrator':
      return new ProblemException(
        409,
        'this is the last administrator who can log in: there must be another one first, enabled and with a password',
      )
  }
}

function refused(field: string, value: unknown, expected: string): ProblemException {
  return new ProblemException(409, expected, [{ field, value, expected }])
}

export function usernameTaken(username: string): ProblemException {
  return new ProblemException(409, `account ${quote(username)} exists already`, [
    { field: 'username', value: username, expected: 'a user name that nobody has yet' },
  ])
}

export function emailTaken(email: string): ProblemException {
  return new ProblemException(409, 'another account has this e-mail address', [
    { field: 'email', value: email, expected: 'an address that no other account has' },
  ])
}

export function reservedName(username: string): ProblemException {
  return invalid('username', username, 'another name: this one stands for the platform itself')
}
