/** Adds the choice, or takes it out when it is already there; the order is that of `all`. */
export function toggled<T>(chosen: readonly T[], choice: T, all: readonly T[]): T[] {
  return all.filter((item) => (item === choice) !== chosen.includes(item))
}
