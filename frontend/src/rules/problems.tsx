import type { FieldError } from '@osprey/core/api'
import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { RequestError } from '../session/request.ts'
import { useExpected } from '../ui/use-field-problems.ts'
import { problemsByPath } from './problem-paths.ts'

export type Path = readonly (string | number)[]

const Problems = createContext<ReadonlyMap<string, string>>(new Map())

interface ProblemsProviderProps {
  errors: readonly FieldError[]
  children: ReactNode
}

/** What is wrong with a definition, told to every field by its place in the tree. */
export function ProblemsProvider({ errors, children }: ProblemsProviderProps) {
  const say = useExpected()
  const problems = useMemo(
    () => new Map([...problemsByPath(errors)].map(([path, expected]) => [path, say(expected)])),
    [errors, say],
  )
  return <Problems value={problems}>{children}</Problems>
}

/** What is wrong with the field at a path of the definition. */
export function useProblem(path: Path): string | undefined {
  return useContext(Problems).get(path.join('.'))
}

/** Whether anything at or below one of the paths is wrong. */
export function useHasProblem(paths: readonly Path[]): boolean {
  const problems = useContext(Problems)
  if (problems.size === 0) return false
  const roots = paths.map((path) => path.join('.'))
  return [...problems.keys()].some((key) => roots.some((root) => key === root || key.startsWith(`${root}.`)))
}

export function errorsOf(error: unknown): readonly FieldError[] {
  return (error instanceof RequestError && error.problem?.errors) || []
}
