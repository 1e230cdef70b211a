import type { Transition } from '@osprey/core/alerting/types'
import type { Resolution } from '@osprey/core/api/alerts'
import type { AlertQueue } from './alert-queue.ts'
import { alertId, type Identity, type OpenAlert } from './instance.ts'
import type { Gone, Instance } from './instances.ts'
import type { NoDataWatch } from './no-data-watch.ts'
import { reconcile, type StoredAlert } from './reconcile.ts'

export interface AlertBookOptions {
  queue: Pick<AlertQueue, 'offer'>
  noData: Pick<NoDataWatch, 'await'>
  /** The state of the instance is to be saved with what was told. */
  hurry: (instance: Instance) => void
  now: () => number
}

/** Which alerts the instances have open, and what of them is told. */
export class AlertBook {
  readonly transitions = { fired: 0, raised: 0, resolved: 0 }
  /** Instances and alerts that disagreed. */
  corrections = 0
  readonly #options: AlertBookOptions

  constructor(options: AlertBookOptions) {
    this.#options = options
  }

  /** An instance has something to tell. */
  note(instance: Instance, transition: Transition): void {
    this.transitions[transition.kind]++
    if (transition.kind === 'fired') {
      const { at: firedAt, since, severity } = transition
      instance.alert = { id: alertId(instance, firedAt), since, firedAt, severity }
    }
    // A machine that took over an alert it does not know of has nothing to tell.
    if (instance.alert === null) return
    const cause = transition.kind === 'resolved' ? transition.cause : 'cleared'
    this.#tell(instance.trigger, instance, instance.alert, transition, cause)
    if (transition.kind === 'raised') instance.alert.severity = transition.severity
    if (transition.kind === 'resolved') instance.alert = null
    this.#options.hurry(instance)
  }

  /** Nothing judges the alert any more. */
  end(
    trigger: Instance['trigger'],
    subject: Omit<Identity, 'key'>,
    alert: OpenAlert,
    resolution: Gone['resolution'],
    episode: Partial<Gone['episode']> = {},
  ): void {
    this.transitions.resolved++
    const at = Math.max(this.#options.now(), alert.firedAt)
    const over = {
      kind: 'resolved',
      at,
      cause: 'cleared',
      peak: null,
      peakAt: null,
      observations: 0,
      flagged: 0,
    } as const
    this.#tell(trigger, subject, alert, { ...over, ...episode }, resolution)
  }

  /** Somebody else has resolved the alert. What still holds is another one: silence counts from here. */
  forget(instance: Instance): void {
    instance.alert = null
    if (instance.trigger === 'condition') instance.machine.resolve()
    else instance.began = this.#options.now()
    this.#options.hurry(instance)
  }

  /** Makes instances and the open alerts of the database agree; answers how many did not. */
  correct(
    stored: readonly StoredAlert[],
    instances: ReadonlyMap<string, Instance>,
    active: ReadonlySet<string>,
    untold: ReadonlySet<string>,
  ): number {
    const corrections = reconcile<Instance>({ stored, instances, active, untold })
    for (const correction of corrections) {
      if (correction.kind === 'resolve') this.forget(correction.instance)
      else if (correction.kind === 'adopt') this.#adopt(correction.instance, correction.stored)
      else {
        const { stored: alert, resolution } = correction
        this.end(alert.trigger, { ...alert, version: alert.ruleVersion }, alert, resolution)
      }
    }
    this.corrections += corrections.length
    return corrections.length
  }

  #adopt(instance: Instance, { id, since, firedAt, severity }: StoredAlert): void {
    const open = { id, since, firedAt, severity }
    if (instance.trigger === 'condition') {
      if (instance.alert !== null) instance.machine.resolve()
      instance.machine.adopt(open)
    } else this.#options.noData.await(instance)
    instance.alert = open
    this.#options.hurry(instance)
  }

  #tell(
    trigger: Instance['trigger'],
    subject: Omit<Identity, 'key' | 'version'> & { version: number },
    alert: OpenAlert,
    transition: Transition,
    resolution: Exclude<Resolution, 'by_hand'>,
  ): void {
    const { rule, version: ruleVersion, target, station, other, site, property } = subject
    this.#options.queue.offer({
      alert: alert.id,
      rule,
      ruleVersion,
      target,
      station,
      other,
      site,
      property,
      trigger,
      recordedAt: this.#options.now(),
      transition,
      ...(transition.kind === 'resolved' && { resolution }),
    })
  }
}
