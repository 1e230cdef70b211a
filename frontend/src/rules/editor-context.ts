import type { PropertyView } from '@osprey/core/api'
import { createContext, useContext } from 'react'
import type { Catalogue } from '../stations/catalogue.ts'

/** What every part of the form needs to know. */
export interface EditorFacts {
  catalogue: Catalogue
  /** Properties that stations report, for the top of the list. */
  measured: ReadonlySet<string>
  /** Whether a measure may be of a second station. */
  paired: boolean
}

export const EditorContext = createContext<EditorFacts | null>(null)

export function useEditor(): EditorFacts {
  const facts = useContext(EditorContext)
  if (facts === null) throw new Error('useEditor outside of EditorContext')
  return facts
}

/** Unit as shown after a number; empty for what has none. */
export function symbolOf(property: PropertyView | undefined): string {
  return property?.symbol ?? ''
}
