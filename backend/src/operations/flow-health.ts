import type { Database } from '../database/database.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { Archive } from '../pipeline/archive.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import { Health } from './health.ts'

/** Readiness of the way of the readings; a store that is away only delays. */
export function flowHealth(parts: {
  database: Database
  pipeline: Pipeline
  archive: Archive
  evaluation: Pick<Evaluation, 'stats'>
}): Health {
  const { database, pipeline, archive, evaluation } = parts
  const databaseAnswers = () =>
    database.ping().then(
      () => undefined,
      () => 'the database does not answer: the registry cannot be changed and nobody can log in',
    )
  const pipelineRuns = () => {
    const { state, lastError } = pipeline.stats()
    if (state === 'running') return undefined
    if (state === 'outbox_full')
      return 'the outbox is full: readings wait in the journal until the store takes some'
    if (state === 'alerts_full')
      return 'too many alerts wait for the database: readings wait in the journal until it takes some'
    return `the pipeline is ${state}${lastError ? `: ${lastError}` : ''}`
  }
  const archiveRuns = () => {
    const { state, lastError } = archive.stats()
    return state === 'running' ? undefined : `readings wait for the store (${state}): ${lastError ?? ''}`
  }
  const alertsAreTold = () => {
    const { setAside } = evaluation.stats().queue
    return setAside === 0
      ? undefined
      : `${setAside} notices of alerts could not be written to the database and are set aside, see the log`
  }
  return new Health([databaseAnswers, pipelineRuns], [archiveRuns, alertsAreTold])
}
