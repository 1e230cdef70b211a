import {
  above,
  all,
  CHINA,
  DAY,
  fires,
  HOUR,
  type LibraryRule,
  latest,
  MINUTE,
  RHYTHMS,
  type Rhythm,
  ready,
  rolling,
  scopeOf,
} from './parts.ts'

/** The mean of a clock hour, as continuous emission monitoring is judged by. */
const hourly = (property: string, { interval }: Rhythm) =>
  rolling('mean', property, HOUR, {
    aligned: true,
    slotSeconds: interval < HOUR ? 20 * MINUTE : HOUR,
    minimumCoverage: 1,
  })

function stack(property: string, limit: number, name: LibraryRule['name'], rhythm: Rhythm): LibraryRule {
  return ready(
    'emission',
    {
      id: `emission-${property.replace('emission_', '')}${rhythm.id}`,
      name: { en: name.en + rhythm.name.en, zh: name.zh + rhythm.name.zh },
      why: {
        en: `The ultra-low emission value of coal-fired power, ${limit} mg/m³ as a mean of the hour, severe at twice that. Put the value of the permit in its place; it holds for values converted to the reference oxygen. ${rhythm.why.en}`,
        zh: `燃煤电厂超低排放限值 ${limit} mg/m³（小时均值），两倍为严重。请改为排污许可证限值；适用于已折算到基准含氧量的数值。${rhythm.why.zh}`,
      },
      basis: '环发〔2015〕164 号; HJ 75-2017',
    },
    {
      severity: 'moderate',
      trigger: {
        kind: 'condition',
        condition: {
          kind: 'comparison',
          measure: hourly(property, rhythm),
          operator: 'gt',
          threshold: { kind: 'number', value: limit },
          levels: [{ severity: 'severe', threshold: { kind: 'number', value: 2 * limit } }],
        },
        clearSeconds: HOUR,
        gapSeconds: 3 * HOUR,
      } as ReturnType<typeof fires>,
      scope: scopeOf(['emission']),
      timeZone: CHINA,
    },
  )
}

/** A value of class 1A for effluent of sewage works, as a mean of the day. */
function effluent(property: string, limit: number, name: LibraryRule['name']): LibraryRule {
  return ready(
    'emission',
    {
      id: `effluent-${property.replaceAll('_', '-')}`,
      name,
      why: {
        en: `${limit} mg/L as a mean of the day, severe at twice that. Put the value of the permit in its place.`,
        zh: `日均值 ${limit} mg/L，两倍为严重。请改为排污许可证限值。`,
      },
      basis: 'GB 18918-2002 Table 1, 1A',
    },
    {
      severity: 'moderate',
      trigger: {
        kind: 'condition',
        condition: {
          kind: 'comparison',
          measure: rolling('mean', property, DAY, {
            aligned: true,
            // Samples are taken every 2 h at least (HJ 355-2019); their times are never quite the same.
            slotSeconds: 4 * HOUR,
            minimumCoverage: 0.75,
            meanOf: 'slots',
          }),
          operator: 'gt',
          threshold: { kind: 'number', value: limit },
          levels: [{ severity: 'severe', threshold: { kind: 'number', value: 2 * limit } }],
        },
        gapSeconds: DAY,
      } as ReturnType<typeof fires>,
      scope: scopeOf(['waste-water']),
      timeZone: CHINA,
    },
  )
}

export const EMISSION_RULES: readonly LibraryRule[] = [
  ...RHYTHMS.flatMap((rhythm) => [
    stack('emission_pm', 10, { en: 'Stack particulates above the limit', zh: '烟尘排放超标' }, rhythm),
    stack(
      'emission_so2',
      35,
      { en: 'Stack sulphur dioxide above the limit', zh: '烟气二氧化硫排放超标' },
      rhythm,
    ),
    stack(
      'emission_nox',
      50,
      { en: 'Stack nitrogen oxides above the limit', zh: '烟气氮氧化物排放超标' },
      rhythm,
    ),
  ]),
  ready(
    'emission',
    {
      id: 'emission-dilution',
      name: { en: 'Stack gas diluted: oxygen too high while running', zh: '烟气被稀释：运行时含氧量过高' },
      why: {
        en: 'Hot gas with the oxygen of air means a leak or air let in to dilute what is measured. A cold stack, out of service, does not fire.',
        zh: '热烟气中含氧量接近空气，提示漏风或人为稀释。停运的冷烟道不触发。',
      },
      basis: 'HJ 75-2017; practice · 运行经验',
    },
    {
      severity: 'severe',
      trigger: fires(
        all(
          above(rolling('mean', 'emission_o2', HOUR), 16, 14),
          above(latest('flue_temperature', 90 * MINUTE), 60, 50),
        ),
        { hold: 30 * MINUTE, clear: 30 * MINUTE, gap: 3 * HOUR },
      ),
      scope: scopeOf(['emission']),
    },
  ),
  effluent('cod', 50, { en: 'Effluent COD above the limit', zh: '出水化学需氧量超标' }),
]
