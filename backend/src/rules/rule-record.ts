import { createHash } from 'node:crypto'
import type { RuleDefinition } from '@osprey/core/api/rules'
import { canonicalJson, plainJson } from '../audit/canonical.ts'
import type { rules } from '../database/schema.ts'

export type RuleRow = typeof rules.$inferSelect

/** A rule as it stands, without those that were removed. */
export type RuleRecord = Readonly<Omit<RuleRow, 'removedAt'>>

/** A rule that is judged. */
export type ActiveRule = Pick<RuleRecord, 'id' | 'version' | 'jurisdiction' | 'definition'>

/** A definition with a long list of stations may have hundreds of kilobytes; every version is kept elsewhere. */
const MAX_AUDITED_CHARACTERS = 32_768

/** What the audit log keeps of a rule. */
export function auditedRule({ id, jurisdiction, active, version, definition }: RuleRecord): object {
  return { id, jurisdiction, active, version, definition: auditedDefinition(definition) }
}

function auditedDefinition(definition: RuleDefinition): unknown {
  const text = definitionText(definition)
  if (text.length <= MAX_AUDITED_CHARACTERS) return definition
  const { name, severity } = definition
  return { name, severity, sha256: createHash('sha256').update(text).digest('hex') }
}

/** Equal for equal definitions, in whatever order their members are written. */
export function definitionText(definition: RuleDefinition): string {
  return canonicalJson(plainJson(definition))
}
