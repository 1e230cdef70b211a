import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { billOfMaterials, packageUrls } from './sbom.mjs'

const ROOT = join(import.meta.dirname, '..')

test('package URLs name scoped, nested, renamed and own packages, and no links', () => {
  expect(
    packageUrls({
      '': { name: 'osprey', version: '1.0.0' },
      core: { name: '@osprey/core', version: '1.0.0' },
      'node_modules/@osprey/core': { link: true },
      'node_modules/a': { version: '1.2.3' },
      'node_modules/a/node_modules/@b/c': { version: '2.0.0' },
      'node_modules/d/node_modules/@b/c': { version: '2.0.0' },
      'node_modules/alias': { name: 'real', version: '3.0.0' },
    }),
  ).toEqual(['pkg:npm/%40b/c@2.0.0', 'pkg:npm/%40osprey/core@1.0.0', 'pkg:npm/a@1.2.3', 'pkg:npm/real@3.0.0'])
})

test('the list is CycloneDX and holds every package of the lock file, with what depends on what', async () => {
  const document = await billOfMaterials(ROOT)
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  expect(document).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'osprey' } } })
  expect(document.specVersion).toMatch(/^1\.[5-9]$/)
  const listed = document.components.map(({ purl }: { purl: string }) => purl)
  expect(listed).toEqual(expect.arrayContaining(packageUrls(lock.packages)))
  const references = new Set(
    document.components.map((component: { 'bom-ref': string }) => component['bom-ref']),
  )
  references.add(document.metadata.component['bom-ref'])
  for (const { ref, dependsOn } of document.dependencies) {
    expect(references).toContain(ref)
    for (const each of dependsOn) expect(references).toContain(each)
  }
}, 60_000)
