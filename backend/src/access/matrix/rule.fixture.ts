/** A definition of the matrix's rules, as it is sent. */
export const RULE = {
  name: 'rule',
  severity: 'moderate',
  trigger: {
    kind: 'condition',
    condition: {
      kind: 'comparison',
      measure: { property: 'pm25', statistic: 'last', windowSeconds: 3600 },
      operator: 'gt',
      threshold: { kind: 'number', value: 1000 },
    },
  },
  scope: {},
}
