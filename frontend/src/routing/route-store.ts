import { Observable } from '../ui/observable.ts'
import { formatHash, type MapState, parseHash, parseProblem, type Route, WHOLE_MAP } from './route.ts'

/** The location hash as state. Moves of the map replace the entry in the history; choices add one. */
export class RouteStore {
  readonly route = new Observable<Route>(parseHash(location.hash))
  /** Why single sign-on did not work, as the address said it; null once the person did something else. */
  readonly problem = new Observable<string | null>(null)
  /** Counts changes that came from outside: the back button, an edited address. */
  readonly arrivals = new Observable(0)
  /** A station the map is asked to fly to; a new object for every request. */
  readonly flight = new Observable<{ station: string } | null>(null)
  /** Where somebody wanted to go while something on the page was not saved; null: nothing is asked. */
  readonly held = new Observable<Route | null>(null)
  private mayLeave: (next: Route) => boolean = () => true
  /** The last map state, so that returning from another page finds it again. */
  private map: MapState = WHOLE_MAP

  start(): void {
    this.arrive()
    window.addEventListener('popstate', () => {
      this.arrive()
      this.arrivals.set(this.arrivals.get() + 1)
    })
  }

  /**
   * Asks before another route is shown; on false it stays and `held` says where to. Returns what ends the asking.
   * A page that is closed or loaded again is not asked here.
   */
  guard(mayLeave: (next: Route) => boolean): () => void {
    this.mayLeave = mayLeave
    return () => {
      if (this.mayLeave !== mayLeave) return
      this.mayLeave = () => true
      this.held.set(null)
    }
  }

  /** Goes where it was held, or stays. */
  release(leave: boolean): void {
    const next = this.held.get()
    this.held.set(null)
    if (!leave || next === null) return
    this.mayLeave = () => true
    this.go(next)
  }

  go(route: Route): void {
    if (this.holds(route)) return
    const hash = formatHash(route)
    if (hash !== location.hash) history.pushState(null, '', hash)
    this.set(route)
  }

  /** Goes somewhere else without a step of the back button. */
  replace(route: Route): void {
    history.replaceState(null, '', formatHash(route))
    this.set(route)
  }

  /** Address of the map as it was left. */
  get mapHash(): string {
    return formatHash({ page: 'map', map: this.map })
  }

  /** Opens a station's panel and brings it into sight, from whatever page. */
  visit(station: string): void {
    this.go({ page: 'map', map: { ...this.map, station } })
    this.flight.set({ station })
  }

  /** Changes part of the map's state. `record`: worth a step of the back button. */
  changeMap(change: Partial<MapState>, record: boolean): void {
    const route = this.route.get()
    if (route.page !== 'map') return
    const next: Route = { page: 'map', map: { ...route.map, ...change } }
    if (record) this.go(next)
    else this.replace(next)
  }

  private holds(next: Route): boolean {
    if (this.mayLeave(next)) return false
    this.held.set(next)
    return true
  }

  private arrive(): void {
    const route = parseHash(location.hash)
    if (this.holds(route)) {
      // The browser is there already: the address says again what is shown.
      history.pushState(null, '', formatHash(this.route.get()))
      return
    }
    const problem = parseProblem(location.hash)
    // Neither a secret nor a problem of the past may stay in the address bar and the history.
    if (problem !== null || (route.page === 'link' && route.token !== null)) {
      history.replaceState(null, '', formatHash(route))
    }
    if (problem !== null) this.problem.set(problem)
    this.set(route)
  }

  private set(route: Route): void {
    if (route.page === 'map') this.map = route.map
    this.route.set(route)
  }
}
