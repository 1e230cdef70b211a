import { ACTORS } from './actors.ts'
import { type MatrixObject, matrix, type Outcome, type Row } from './cells.ts'

const SIGNS: Record<Outcome, string> = {
  done: '✓',
  in: '○',
  refused: '400',
  401: '401',
  403: '403',
  404: '404',
}

const EXPLANATION = `# Access matrix

Generated from \`backend/src/access/access-table.ts\` by \`npm run access-matrix\`; do not edit. The test
\`backend/src/access/routes.test.ts\` asks a running backend every cell and fails when this page is stale.

Jurisdiction *parent* consists of *A* and its sibling *B*; *nested* is a part of A that reaches beyond A's own
outline; *elsewhere* is outside all of them. A role without a place has the whole territory. Administrators always
have it; those with less are made past the interface, to see that the rules hold even so.

| sign | meaning |
| --- | --- |
| ✓ | done; of lists, counts, exports and live frames it shows what lies inside the own territory and nothing else |
| ○ | let in: open to anyone, or the own account's own business |
| 400 | refused: a place outside the own territory (422 for a file) |
| 401 | not logged in |
| 403 | not allowed, and nothing changed |
| 404 | does not exist for this account: the same answer for what lies outside and for what was never there |
`

/** The page docs/access-matrix.md. */
export function renderMatrix(): string {
  const rows = matrix()
  const routes = new Set(rows.map(({ route }) => route)).size
  const cells = rows.reduce((sum, row) => sum + row.cells.length, 0)
  const legend = ACTORS.map(({ name }, index) => `${index + 1}. ${name}`).join('\n')
  const head = ['route', 'object', ...ACTORS.map((_, index) => String(index + 1))]
  const table = [line(head), line(head.map(() => '---')), ...rows.map(rowLine)].join('\n')
  return `${EXPLANATION}
**${cells} cells**: ${routes} routes, ${rows.length} pairs of route and object, ${ACTORS.length} actors.

## Actors

${legend}

## Cells

${table}
`
}

function rowLine({ route, object, cells }: Row): string {
  return line([`\`${route}\``, objectName(object), ...cells.map(({ expected }) => SIGNS[expected])])
}

export function objectName(object: MatrixObject): string {
  switch (object.kind) {
    case 'none':
      return ''
    case 'placed':
      return `in ${object.place}`
    case 'new':
      return `new in ${object.place}`
    case 'common':
      return 'existing'
    default:
      return object.kind
  }
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
