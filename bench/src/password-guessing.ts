import { request } from 'node:http'
import { ranked } from './rank-test.ts'
import { saveResult } from './results.ts'
import { percentile, startSystem } from './system.ts'

/**
 * Experiment F16: a minute's worth of guesses (1000) by one address, then on one account from many addresses, as
 * fast as they are answered. How many reach Argon2, does the real user still get in, and does the time of an answer
 * tell whether a user exists?
 *
 *   npx tsc -b bench && node_modules/.bin/node bench/dist/password-guessing.js
 */
const ACCOUNT = 'admin'
const PASSWORD = 'bench-only-password'
const TRIES = 1000
const ADDRESSES = 100
const AT_ONCE = 8
const SAMPLES = 50

interface Answer {
  status: number
  milliseconds: number
  cookie: string
}

/** Of the round under way. */
let answeredSoFar = 0

const system = await startSystem()
const agreed = { username: ACCOUNT, password: PASSWORD }
try {
  const { cookie } = await attempt('127.1.0.1', agreed)
  saveResult('password-guessing', 'node_modules/.bin/node bench/dist/password-guessing.js', {
    oneAddress: await oneAddress(),
    answerTimes: await answerTimes(),
    oneAccount: await manyAddresses(cookie),
    auditEntriesAboutThem: await refusalsOnRecord(),
  })
} finally {
  await system.stop()
}

/** 1000 guesses from one address; the user logs in from another meanwhile. */
async function oneAddress() {
  const start = performance.now()
  const guesses = inTurns(TRIES, () => attempt('127.2.0.1', { username: ACCOUNT, password: 'a guess' }))
  const user = await attempt('127.2.0.2', agreed)
  return { ...counted(await guesses), seconds: seconds(start), userFromElsewhere: user.status }
}

/** 1000 guesses from 100 addresses in turn. */
async function manyAddresses(knownCookie: string) {
  const start = performance.now()
  const guesses = inTurns(TRIES, (index) =>
    attempt(`127.3.1.${1 + (index % ADDRESSES)}`, {
      username: ACCOUNT,
      password: 'a guess',
    }),
  )
  await answered(ADDRESSES)
  const during = [
    await attempt('127.3.1.1', agreed, knownCookie),
    await attempt('127.4.0.1', agreed),
    await attempt('127.3.1.2', agreed),
  ]
  const answers = await guesses
  return {
    addresses: ADDRESSES,
    ...counted(answers),
    seconds: seconds(start),
    duringTheAttack: {
      knownBrowserFromAnAttackersAddress: summaryOf(during[0]),
      userOnANewMachine: summaryOf(during[1]),
      newBrowserAtAnAttackersAddress: summaryOf(during[2]),
    },
  }
}

/** Wrong passwords for a user who exists and for one who does not, alternating, each from an address of its own. */
async function answerTimes() {
  const existing: number[] = []
  const unknown: number[] = []
  for (let index = 0; index < SAMPLES; index++) {
    for (const [username, into] of [
      [ACCOUNT, existing],
      ['nobody', unknown],
    ] as const) {
      const address = `127.5.${into === existing ? 1 : 2}.${1 + index}`
      const { milliseconds, status } = await attempt(address, { username, password: 'wrong' })
      if (status !== 401) throw new Error(`${username}: ${status}`)
      into.push(milliseconds)
    }
  }
  const { u, p, slower } = ranked(existing, unknown)
  return {
    samplesEach: SAMPLES,
    existingUser: distribution(existing),
    unknownUser: distribution(unknown),
    mannWhitney: {
      u,
      p: round(p, 3),
      existingSlowerThanUnknown: round(slower, 3),
      statement:
        p < 0.01
          ? 'the two differ: an oracle'
          : 'no difference can be seen: whoever guesses which is which by the time is right half of the time',
    },
  }
}

/** The record of the attack stays short: one entry, then counts. */
async function refusalsOnRecord(): Promise<Record<string, number>> {
  const entries: Record<string, number> = {}
  for (const action of ['session.login_failed', 'session.login_throttled']) {
    const { entries: found } = await system.get<{ entries: object[] }>(
      `/api/audit?action=${action}&limit=500`,
    )
    entries[action] = found.length
  }
  return entries
}

async function inTurns(count: number, work: (index: number) => Promise<Answer>): Promise<Answer[]> {
  answeredSoFar = 0
  const all: Answer[] = []
  let next = 0
  const worker = async () => {
    while (next < count) {
      all.push(await work(next++))
      answeredSoFar++
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return all
}

/** Resolves when that many guesses of the round were answered. */
async function answered(count: number): Promise<void> {
  while (answeredSoFar < count) await new Promise((resolve) => setTimeout(resolve, 10))
}

function attempt(localAddress: string, body: object, cookie = ''): Promise<Answer> {
  const text = JSON.stringify(body)
  return new Promise((settle, fail) => {
    const start = performance.now()
    const outgoing = request(
      `${system.url}/api/session`,
      {
        method: 'POST',
        localAddress,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), cookie },
      },
      (response) => {
        response.resume().on('end', () => {
          const cookies = (response.headers['set-cookie'] ?? []).map((one) => one.split(';')[0])
          settle({
            status: response.statusCode ?? 0,
            milliseconds: performance.now() - start,
            cookie: cookies.join('; '),
          })
        })
      },
    )
    outgoing.on('error', fail)
    outgoing.end(text)
  })
}

/** An answer 401 was given after Argon2, 429 before it. */
function counted(all: Answer[]) {
  const withStatus = (status: number) => all.filter((answer) => answer.status === status).length
  return {
    tries: all.length,
    reachedArgon2: withStatus(401),
    throttled: withStatus(429),
    gotIn: withStatus(200),
  }
}

function summaryOf(answer: Answer | undefined) {
  return { status: answer?.status, milliseconds: round(answer?.milliseconds ?? Number.NaN, 0) }
}

function distribution(values: number[]) {
  const sorted = values.toSorted((left, right) => left - right)
  const at = (fraction: number) => round(percentile(sorted, fraction), 1)
  return { median: at(0.5), p10: at(0.1), p90: at(0.9), max: at(1), unit: 'ms' }
}

function seconds(start: number): number {
  return round((performance.now() - start) / 1000, 1)
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
