import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Failure } from './failure.mjs'

const POLL_EVERY = 100
const ANSWER_WITHIN = 2_000

/** @returns {string} where the user's browser finds the web app */
export function webAddress(config) {
  const host = isEverywhere(config.host) ? '127.0.0.1' : config.host
  return `${config.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${config.httpPort}`
}

function isEverywhere(host) {
  return host === '0.0.0.0' || host === '::'
}

/**
 * Resolves once broker and backend both answer that they are ready.
 * @param {object} config parsed configuration (core/config)
 * @param {number} within milliseconds
 */
export async function waitUntilHealthy(config, within) {
  const deadline = performance.now() + within
  const addresses = [
    `http://127.0.0.1:${config.brokerMetricsPort}/health`,
    `${webAddress(config)}/api/health/ready`,
  ]
  for (const address of addresses) {
    while (!(await answersOk(address))) {
      if (performance.now() > deadline)
        throw new Failure(`${address} did not become ready within ${within / 1000} s.`)
      await new Promise((resolve) => setTimeout(resolve, POLL_EVERY))
    }
  }
}

/** @returns {Promise<boolean>} the address answers with a 2xx status; its certificate is not what is asked about */
function answersOk(address) {
  const request = address.startsWith('https:') ? requestHttps : requestHttp
  return new Promise((resolve) => {
    const call = request(
      address,
      { timeout: ANSWER_WITHIN, rejectUnauthorized: false, agent: false },
      (response) => {
        response.resume()
        resolve(response.statusCode >= 200 && response.statusCode < 300)
      },
    )
    call.once('timeout', () => call.destroy())
    call.once('error', () => resolve(false))
    call.end()
  })
}
