import { RequestMethod, type Type } from '@nestjs/common'
import {
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PATH_METADATA,
  ROUTE_ARGS_METADATA,
  RouteParamtypes,
} from '@nestjs/common/internal'
import type { z } from 'zod'
import { ACCESS_TABLE, type Rule } from '../access/access-table.ts'
import { ENDPOINT, type EndpointDeclaration } from './endpoint.ts'

/** A route as its decorators declare it. */
export interface Route {
  /** Controller and method, unique. */
  name: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** In Nest's writing: /api/stations/:id */
  path: string
  status: number
  /** Who may call it; undefined: the guard lets no one in. */
  rule: Rule | undefined
  declaration: EndpointDeclaration | undefined
  body: z.ZodType | undefined
  query: z.ZodObject | undefined
}

/** Every route of the controllers, read from the same metadata Nest builds its router from. */
export function routesOf(controllers: readonly Type[]): Route[] {
  return controllers.flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((name) => routeOf(controller, name) ?? []),
  )
}

function routeOf(controller: Type, name: string): Route | undefined {
  const handler = Object.getOwnPropertyDescriptor(controller.prototype, name)?.value
  if (typeof handler !== 'function') return undefined
  const method: RequestMethod | undefined = Reflect.getMetadata(METHOD_METADATA, handler)
  if (method === undefined) return undefined
  const path = pathOf(controller, handler)
  const code: number | undefined = Reflect.getMetadata(HTTP_CODE_METADATA, handler)
  return {
    name: `${controller.name}.${name}`,
    method: RequestMethod[method] as Route['method'],
    path,
    status: code ?? (method === RequestMethod.POST ? 201 : 200),
    rule: ruleOf(controller, handler),
    declaration: Reflect.getMetadata(ENDPOINT, handler),
    body: schemaOf(controller, name, RouteParamtypes.BODY),
    query: schemaOf(controller, name, RouteParamtypes.QUERY) as z.ZodObject | undefined,
  }
}

/** The access rule of a handler; undefined closes it. */
export function ruleOf(controller: Type, handler: object): Rule | undefined {
  const method: RequestMethod | undefined = Reflect.getMetadata(METHOD_METADATA, handler)
  return method === undefined
    ? undefined
    : ACCESS_TABLE[`${RequestMethod[method]} ${pathOf(controller, handler)}`]
}

function pathOf(controller: Type, handler: object): string {
  const base = String(Reflect.getMetadata(PATH_METADATA, controller))
  const parts = [base, String(Reflect.getMetadata(PATH_METADATA, handler))].join('/').split('/')
  return `/${parts.filter((part) => part !== '').join('/')}`
}

function schemaOf(controller: Type, name: string, kind: RouteParamtypes): z.ZodType | undefined {
  const parameters: Record<string, { schema?: z.ZodType }> =
    Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}
  const found = Object.entries(parameters).find(([key]) => key.startsWith(`${kind}:`))
  return found?.[1].schema
}
