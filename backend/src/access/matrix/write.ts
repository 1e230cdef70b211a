import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { renderMatrix } from './render.ts'

/** `npm run access-matrix`: writes docs/access-matrix.md. */
writeFileSync(fileURLToPath(new URL('../../../../docs/access-matrix.md', import.meta.url)), renderMatrix())
