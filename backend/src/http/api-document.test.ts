import 'reflect-metadata'
import { expect, test } from '@jest/globals'
import { CONTROLLERS } from '../app.module.ts'
import { ApiDocument } from './api-document.ts'
import { routesOf } from './routes.ts'

// biome-ignore lint/suspicious/noExplicitAny: a JSON document, looked into at many places
const document: any = new ApiDocument(CONTROLLERS).get()

test('every route is in the document with a summary and its success status', () => {
  for (const { method, path, status } of routesOf(CONTROLLERS)) {
    const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    expect([path, method, typeof operation?.summary, operation?.responses?.[status] !== undefined]).toEqual([
      path,
      method,
      'string',
      true,
    ])
  }
})

test('every reference leads to a schema', () => {
  const names = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  expect(names.length).toBeGreaterThan(30)
  for (const [, name] of names) expect(document.components.schemas).toHaveProperty(name as string)
})

test('operation ids are unique and path parameters are declared', () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods as object).map((operation) => ({ path, operation })),
  )
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { path, operation } of operations) {
    const declared = (operation.parameters ?? []).filter((one: { in: string }) => one.in === 'path')
    expect(declared.length).toBe((path.match(/\{/g) ?? []).length)
  }
})

test('what belongs to a query is described', () => {
  const { parameters } = document.paths['/api/observations'].get
  expect(parameters.find((one: { name: string }) => one.name === 'station')).toMatchObject({
    in: 'query',
    required: true,
  })
  expect(parameters.find((one: { name: string }) => one.name === 'every')).toMatchObject({ required: false })
})
