import type { Type } from '@nestjs/common'
import * as api from '@osprey/core/api'
import { z } from 'zod'
import { VERSION } from '../config.ts'
import { titleOf } from './problem.ts'
import { type Route, routesOf } from './routes.ts'

type Json = Record<string, unknown>

/** Schemas of core/api.ts that appear under their own name. */
const NAMES = new Map<unknown, string>(
  Object.entries(api)
    .filter(([, value]) => value instanceof z.ZodType)
    .map(([name, schema]) => [schema, name]),
)
/** What any route that needs a login may answer. */
const COMMON_PROBLEMS = [400, 401, 403, 500]

/** The OpenAPI 3.1 document of the HTTP interface, made from the routes' own declarations. */
export class ApiDocument {
  private document: Json | undefined

  constructor(private readonly controllers: readonly Type[]) {}

  get(): Json {
    this.document ??= build(routesOf(this.controllers))
    return this.document
  }
}

function build(routes: readonly Route[]): Json {
  const components: Record<string, Json> = {}
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, components) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Osprey',
      version: VERSION,
      description:
        'Environmental supervision. Errors are RFC 9457 problem documents. The live values are on the ' +
        'WebSocket /live; devices speak MQTT.',
    },
    servers: [{ url: '/' }],
    security: [{ session: [] }, { operator: [] }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'osprey_session' },
        operator: { type: 'http', scheme: 'bearer', description: 'operator token, from this machine only' },
      },
    },
  }
}

function operation(route: Route, components: Record<string, Json>): Json {
  const { declaration, path, name, body } = route
  const parameters = [...pathParameters(path), ...queryParameters(route.query)]
  return {
    operationId: name,
    summary: declaration?.summary,
    tags: [path.split('/')[2] ?? 'operations'],
    ...(route.rule?.reach === 'public' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: content(['application/json'], reference(body, components, 'input')) }),
    ...(declaration?.accepts && { requestBody: content(declaration.accepts, { type: 'string' }) }),
    responses: responses(route, components),
  }
}

function content(types: readonly string[], schema: Json): Json {
  return { required: true, content: Object.fromEntries(types.map((type) => [type, { schema }])) }
}

function responses({ declaration, status }: Route, components: Record<string, Json>): Json {
  const problem = reference(api.problem, components, 'output')
  const failures = [...COMMON_PROBLEMS, ...(declaration?.problems ?? [])].map((code) => [
    code,
    { description: titleOf(code), content: { 'application/problem+json': { schema: problem } } },
  ])
  return { [status]: success(declaration?.answer, components), ...Object.fromEntries(failures) }
}

function success(answer: object | readonly string[] | undefined, components: Record<string, Json>): Json {
  const description = answer === undefined ? 'Done' : 'The answer'
  if (answer === undefined) return { description }
  if (Array.isArray(answer)) {
    return {
      description,
      content: Object.fromEntries(answer.map((type) => [type, { schema: { type: 'string' } }])),
    }
  }
  const schema = reference(answer as z.ZodType, components, 'output')
  return { description, content: { 'application/json': { schema } } }
}

/** A reference to a named schema, which is added to the components, or the schema itself. */
function reference(schema: z.ZodType, components: Record<string, Json>, io: 'input' | 'output'): Json {
  const name = NAMES.get(schema)
  if (name) {
    components[name] ??= jsonSchema(schema, io)
    return { $ref: `#/components/schemas/${name}` }
  }
  if (schema instanceof z.ZodArray) {
    return { type: 'array', items: reference(schema.element as z.ZodType, components, io) }
  }
  return jsonSchema(schema, io)
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  if (!query) return []
  const { properties = {}, required = [] } = jsonSchema(query, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }))
}
