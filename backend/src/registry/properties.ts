import type { PropertyInput, PropertyView } from '@osprey/core/api'
import { scaleOf } from '@osprey/core/levels'
import { type ObservedProperty, propertyById } from '@osprey/core/properties'
import { conversion } from '@osprey/core/units'
import type { Audit } from '../audit/audit.ts'
import { properties } from '../database/schema.ts'
import { conflict, invalid, ProblemException } from '../http/problem.ts'
import type { Registry } from './registry.ts'

export const MAX_CUSTOM_PROPERTIES = 1000

/** The observed properties: the catalogue and what an administrator added. */
export class Properties {
  constructor(
    private readonly registry: Registry,
    private readonly audit: Audit,
  ) {}

  list(): PropertyView[] {
    return [...this.registry.properties.values()].map(view)
  }

  async create(input: PropertyInput): Promise<PropertyView> {
    const property = checked(input)
    await this.registry.change(
      async (transaction) => {
        if (this.registry.properties.has(property.id)) throw conflict('property', property.id)
        if (
          [...this.registry.properties.keys()].filter((id) => !propertyById(id)).length >=
          MAX_CUSTOM_PROPERTIES
        ) {
          throw new ProblemException(409, `at most ${MAX_CUSTOM_PROPERTIES} properties can be added`)
        }
        await transaction.insert(properties).values({ id: property.id, definition: property })
        await this.audit.record(transaction, {
          action: 'property.created',
          object: { kind: 'property', id: property.id },
          after: property,
        })
      },
      () => {
        this.registry.applyProperty(property)
        this.registry.announce()
      },
    )
    return view(property)
  }
}

/** What the schema cannot say: fields that belong together. */
function checked(input: PropertyInput): ObservedProperty {
  const { range, categories, definition, ...rest } = input
  if (input.kind === 'category' && !categories) throw invalid('categories', null, 'at least one category')
  if (input.kind !== 'category' && categories) {
    throw invalid('categories', categories, 'no categories unless kind is category')
  }
  if (range && range[0] > range[1]) throw invalid('range', range.join(' to '), 'the lower end first')
  const unit = conversion(input.unit, { ...rest })
  if (!unit.ok) throw invalid('unit', input.unit, `a UCUM code: ${unit.detail}`)
  return {
    ...rest,
    ...(range && { range }),
    ...(categories && { categories: [...new Set(categories)] }),
    ...(definition && { definition }),
  }
}

function view(property: ObservedProperty): PropertyView {
  const scale = scaleOf(property.id)
  return {
    ...property,
    media: [...property.media],
    range: property.range && [...property.range],
    categories: property.categories && [...property.categories],
    custom: propertyById(property.id) === undefined,
    levels: scale ? { ...scale, bounds: [...scale.bounds], media: [...scale.media] } : null,
  }
}
