/**
 * Which passwords are accepted: by length and by not being the first ones anybody would try (NIST SP 800-63B
 * clause 3.1.1.2). No rule on kinds of characters: those make passwords worse.
 */

export const PASSWORD_MIN = 8

export type PasswordVerdict =
  | { ok: true }
  | { ok: false; reason: 'too_short' | 'is_the_user_name' | 'too_common' }

/** What each reason asks for instead. */
export const PASSWORD_EXPECTED: Readonly<Record<Extract<PasswordVerdict, { ok: false }>['reason'], string>> =
  {
    too_short: `at least ${PASSWORD_MIN} characters`,
    is_the_user_name: 'something other than the user name',
    too_common: 'a password that is not among the first that anybody would try',
  }

/** May the account of this user name have this password? */
export function judgePassword(password: string, username: string): PasswordVerdict {
  if ([...password].length < PASSWORD_MIN) return { ok: false, reason: 'too_short' }
  const folded = password.normalize('NFKC').trim().toLowerCase()
  if (isBarelyMoreThan(folded, username.toLowerCase())) return { ok: false, reason: 'is_the_user_name' }
  if (COMMON.has(folded) || isRepetition(folded) || isSequence(folded))
    return { ok: false, reason: 'too_common' }
  return { ok: true }
}

/** The name itself, forwards, backwards or twice, also with a few digits or signs around it. */
function isBarelyMoreThan(password: string, username: string): boolean {
  if (username === '') return false
  const backwards = [...username].reverse().join('')
  const stripped = password.replace(/^[^\p{L}]{0,4}|[^\p{L}]{0,4}$/gu, '')
  return [username, backwards, username + username].some((name) => password === name || stripped === name)
}

/** One to three characters over and over: aaaaaaaa, abcabcabc. */
function isRepetition(password: string): boolean {
  return /^(.{1,3})\1+$/su.test(password)
}

/** Each character follows its neighbour: abcdefgh, 987654321. */
function isSequence(password: string): boolean {
  const codes = [...password].map((character) => character.codePointAt(0) as number)
  const steps = codes.slice(1).map((code, index) => code - (codes[index] as number))
  return steps.every((step) => step === 1) || steps.every((step) => step === -1)
}

/** The commonest of 8 characters and more in published leaks, and the ones this platform itself suggests. */
const COMMON: ReadonlySet<string> = new Set(
  `
  password password1 password12 password123 password1234 password! password1! passw0rd p@ssw0rd p@ssword
  pa$$word pa$$w0rd p@$$w0rd passwort passport mypassword password01 password2024 password2025 password2026
  1234567890 0123456789 12345678910 123456789a 123456789q 12345678a a12345678 a123456789 aa123456 aa12345678
  123123123 12341234 11112222 11223344 1122334455 12344321 123454321 147258369 159357456 987654321 98765432
  741852963 789456123 963852741 135792468 102030405060 00000000 88888888 66668888 5201314520 1314520520
  52013145 woaini1314 woaini520 woaini123 woaini521 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc
  1qazxsw2 qazwsxedc qaz123456 qwer1234 qwert12345 qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyui
  qwertyuiop qwertyuiop123 asdfghjk asdfghjkl asdf1234 asdasdasd zxcvbnm1 zxcvbnm123 q1w2e3r4 q1w2e3r4t5
  abcd1234 abc12345 abc123456 abcd12345 a1b2c3d4 a1234567 abcdefg1 iloveyou iloveyou1 iloveyou2 sunshine
  sunshine1 princess princess1 football football1 baseball baseball1 basketball superman superman1 batman123
  starwars trustno1 whatever dragon123 monkey123 michael1 jennifer jordan23 computer internet samsung1
  liverpool chelsea1 charlie1 letmein1 letmein123 welcome1 welcome01 welcome123 welcome2024 welcome2025
  welcome2026 changeme changeme1 changeme123 changeit default1 temporary temp1234 testtest test1234 test12345
  testing123 guest123 guest1234 user1234 admin123 admin1234 admin12345 admin123456 admin@123 admin888
  administrator root1234 rootroot toor1234 master123 secret123 summer2024 summer2025 summer2026 winter2024
  winter2025 winter2026 spring2025 spring2026 autumn2025 autumn2026 january1 october1 november1 december1
  aq1sw2de3 zaq12wsx zaq1zaq1 !qaz2wsx !qaz@wsx 1qaz@wsx qwe123456 qwe123qwe asd123456 zxc123456 aaa111222
  supervisor inspector inspector1 environment monitoring osprey123 osprey1234 osprey12345 osprey2025
  osprey2026 correcthorsebatterystaple
  `
    .trim()
    .split(/\s+/),
)
