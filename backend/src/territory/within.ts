import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { Request } from 'express'
import type { Territory } from './territory.ts'

/** The territory of whoever asks, as a parameter of a route. @throws when nobody is known to ask: never open. */
export const Within = createParamDecorator((_: unknown, context: ExecutionContext): Territory => {
  const { territory } = context.switchToHttp().getRequest<Request>()
  if (!territory) throw new Error('a route that is bound to a territory was reached without one')
  return territory
})
