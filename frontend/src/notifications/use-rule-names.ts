import type { RuleView } from '@osprey/core/api/rules'
import { useMemo } from 'react'
import { useLoaded } from '../rules/use-loaded.ts'
import { useMay } from '../session/permissions.ts'

export interface RuleName {
  id: string
  name: string
}

const NONE: readonly RuleName[] = []

/** Rules by name; none for whoever may not see rules: their ids must do. */
export function useRuleNames(): readonly RuleName[] {
  const may = useMay()
  const { data } = useLoaded<RuleView[]>(may('rules:read') ? '/api/rules' : null)
  return useMemo(() => data?.map(({ id, definition }) => ({ id, name: definition.name })) ?? NONE, [data])
}
