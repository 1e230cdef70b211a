import {
  above,
  all,
  below,
  CHINA,
  DAY,
  exceeding,
  fires,
  HOUR,
  type LibraryRule,
  latest,
  MINUTE,
  ownWeek,
  ready,
  rolling,
  scopeOf,
  versus,
} from './parts.ts'

const GB_3838 = 'GB 3838-2002'
const CLASSED = scopeOf(['surface-water'], ['I', 'II', 'III', 'IV', 'V'])

/** A limit of GB 3838-2002 for the class of the water, judged by single samples. */
function surface(
  id: string,
  property: string,
  parameter: string,
  name: LibraryRule['name'],
  why: LibraryRule['why'],
  clear: number,
): LibraryRule {
  return ready(
    'water',
    { id, name, why, basis: `${GB_3838} Table 1` },
    {
      severity: 'moderate',
      trigger: fires(exceeding(property, `${GB_3838} / * / ${parameter} / instant`, { clear }), {
        // Two samples of a station that measures every 4 h, give or take; one of them may be an outlier.
        hold: 3.5 * HOUR,
        clear: 3.5 * HOUR,
        gap: 9 * HOUR,
      }),
      scope: CLASSED,
      timeZone: CHINA,
    },
  )
}

export const WATER_RULES: readonly LibraryRule[] = [
  surface(
    'water-oxygen',
    'dissolved_oxygen',
    'DO',
    { en: 'Dissolved oxygen below the limit of the class', zh: '溶解氧低于水质类别限值' },
    {
      en: 'Little oxygen for hours tells of organic load, an algal bloom that dies, or stagnant water.',
      zh: '溶解氧持续偏低，提示有机污染、藻类死亡或水体滞流。',
    },
    1.1,
  ),
  surface(
    'water-ammonia',
    'ammonia_nitrogen',
    'NH3-N',
    { en: 'Ammonia nitrogen above the limit of the class', zh: '氨氮超过水质类别限值' },
    { en: 'The trace of untreated sewage and of manure.', zh: '未处理生活污水和畜禽粪污的标志。' },
    0.9,
  ),
  surface(
    'water-phosphorus',
    'total_phosphorus',
    'TP river',
    { en: 'Total phosphorus of a river above the limit of the class', zh: '河流总磷超过水质类别限值' },
    {
      en: 'What feeds algal blooms further down. Lakes have tighter limits: put “TP lake” for them.',
      zh: '下游水华的营养来源。湖库限值更严，请改用“TP lake”。',
    },
    0.9,
  ),
  ready(
    'water',
    {
      id: 'water-ph',
      name: { en: 'pH outside 6 to 9', zh: 'pH 值超出 6～9' },
      why: {
        en: 'Acid or lye in a river or an effluent. Clears inside 6.2 to 8.8, so that a value at the edge makes one alert.',
        zh: '河流或废水中有酸碱排入。回到 6.2～8.8 才解除，避免在边界反复告警。',
      },
      basis: `${GB_3838} Table 1; GB 8978-1996 Table 4; GB 18918-2002 Table 1`,
    },
    {
      severity: 'moderate',
      trigger: {
        kind: 'condition',
        condition: {
          kind: 'comparison',
          measure: latest('ph', HOUR),
          operator: 'outside',
          threshold: { kind: 'range', low: 6, high: 9 },
          levels: [{ severity: 'severe', threshold: { kind: 'range', low: 4, high: 11 } }],
          clear: { kind: 'range', low: 6.2, high: 8.8 },
        },
        holdSeconds: 10 * MINUTE,
        clearSeconds: 30 * MINUTE,
        gapSeconds: 9 * HOUR,
      } as ReturnType<typeof fires>,
      scope: scopeOf(['surface-water', 'waste-water']),
    },
  ),
  ready(
    'water',
    {
      id: 'water-oxygen-collapse',
      name: { en: 'Dissolved oxygen collapses', zh: '溶解氧骤降' },
      why: {
        en: 'More than 1 mg/L an hour over four hours, and already below 4 mg/L: faster than night takes it. Time to look before fish die. Needs a reading in each of the four hours.',
        zh: '四小时内每小时下降超过 1 mg/L，且已低于 4 mg/L：快于夜间自然消耗，应在死鱼前查看。四小时中每小时须有读数。',
      },
      basis: 'practice · 运行经验',
    },
    {
      severity: 'severe',
      trigger: fires(
        all(
          below(
            rolling('rate', 'dissolved_oxygen', 4 * HOUR, { slotSeconds: HOUR, minimumCoverage: 1 }),
            -1,
            -0.25,
          ),
          below(latest('dissolved_oxygen', HOUR), 4, 5),
        ),
        { hold: 10 * MINUTE, clear: HOUR, keep: HOUR, gap: 3 * HOUR },
      ),
      scope: scopeOf(['surface-water']),
    },
  ),
  ready(
    'water',
    {
      id: 'water-fish-kill',
      name: { en: 'Fish suffocate: oxygen nearly gone', zh: '鱼类窒息风险：溶解氧几近耗尽' },
      why: {
        en: 'Below 2 mg/L for longer than half an hour most fish die; fishery water must never have less than 3 mg/L.',
        zh: '溶解氧低于 2 mg/L 超过半小时，多数鱼类死亡；渔业水质任何时候不得低于 3 mg/L。',
      },
      basis: 'GB 11607-89 Table 1; practice · 运行经验',
    },
    {
      severity: 'extreme',
      trigger: fires(below(rolling('mean', 'dissolved_oxygen', 30 * MINUTE), 2, 3), {
        hold: 15 * MINUTE,
        clear: HOUR,
        gap: 9 * HOUR,
      }),
      scope: scopeOf(['surface-water']),
      escalation: [{ afterSeconds: 30 * MINUTE, role: 'supervisor' }],
    },
  ),
  ready(
    'water',
    {
      id: 'water-free-ammonia',
      name: { en: 'Ammonia poisonous to fish', zh: '氨对鱼类有毒' },
      why: {
        en: 'Ammonia nitrogen above 2 mg/L in alkaline water, where a good part of it is free ammonia, which kills fish.',
        zh: '碱性水体中氨氮超过 2 mg/L，其中相当部分为非离子氨，可致鱼类死亡。',
      },
      basis: 'GB 11607-89 Table 1; practice · 运行经验',
    },
    {
      severity: 'severe',
      trigger: fires(
        all(above(latest('ph', 6 * HOUR), 8.5, 8.3), above(latest('ammonia_nitrogen', 6 * HOUR), 2, 1.5)),
        { hold: 15 * MINUTE, clear: HOUR, gap: 9 * HOUR },
      ),
      scope: scopeOf(['surface-water']),
    },
  ),
  ready(
    'water',
    {
      id: 'water-conductivity-jump',
      name: { en: 'Conductivity jumps', zh: '电导率突升' },
      why: {
        en: 'Salt, acid or lye all raise it: a quick and cheap sign of a discharge. Compared with the own day and week, so it fits any river; rain lowers it and does not fire, nor does the slow return after it. A discharge that goes on for days becomes part of the week: then the alert ends by itself, though the water is not what it was.',
        zh: '盐、酸、碱都会使其升高，是排放的快速信号。与自身最近一日和一周比较，适用于任何河流；降雨使其下降及雨后缓慢回升均不触发。持续数日的排放会计入一周均值，告警随之自行解除，但水质并未恢复。',
      },
      basis: 'practice · 运行经验',
    },
    {
      severity: 'moderate',
      trigger: fires(
        all(
          versus(rolling('mean', 'conductivity', 30 * MINUTE), 'gt', ownWeek('conductivity'), 1.3, 20, {
            factor: 1.15,
            offset: 10,
          }),
          // The day tells a jump from a slow return after rain. It soon holds the discharge itself, so that only a fall
          // well below it is an end.
          versus(
            rolling('mean', 'conductivity', 30 * MINUTE),
            'gt',
            rolling('mean', 'conductivity', DAY, { slotSeconds: 4 * HOUR, minimumCoverage: 0.5 }),
            1.3,
            20,
            { factor: 0.8, offset: 0 },
          ),
        ),
        { hold: 15 * MINUTE, clear: HOUR, gap: 9 * HOUR },
      ),
      scope: scopeOf(['surface-water']),
    },
  ),
  ready(
    'water',
    {
      id: 'water-turbidity-downstream',
      name: { en: 'Turbidity: downstream far above upstream', zh: '浊度：下游明显高于上游' },
      why: {
        en: 'A flood makes both turbid; a building site or an outfall between them only the lower one. Compared with the highest upstream in six hours, so that a flood has the time to pass. Choose your pairs of stations.',
        zh: '洪水使上下游同时变浑；两站之间的工地或排口只影响下游。与上游六小时内最高值比较，以便洪峰通过。请选择成对的站点。',
      },
      basis: 'practice · 运行经验',
    },
    {
      severity: 'moderate',
      trigger: fires(
        versus(
          rolling('mean', 'turbidity', HOUR),
          'gt',
          rolling('max', 'turbidity', 6 * HOUR, { of: 'other' }),
          2,
          20,
          { factor: 1.5, offset: 10 },
        ),
        { hold: 30 * MINUTE, clear: HOUR, gap: 9 * HOUR },
      ),
      scope: scopeOf(['surface-water']),
      pairs: [{ station: 'station-downstream', other: 'station-upstream' }],
    },
  ),
  ready(
    'water',
    {
      id: 'water-bloom',
      name: { en: 'Algal bloom', zh: '水华' },
      why: {
        en: 'Chlorophyll a above 30 µg/L over a day, severe above 60 µg/L. The mean of a day evens out the daily rise and fall of algae.',
        zh: '叶绿素 a 日均超过 30 µg/L，超过 60 µg/L 为严重。日均值可消除藻类昼夜升降的影响。',
      },
      basis: 'practice · 运行经验',
    },
    {
      severity: 'moderate',
      trigger: {
        kind: 'condition',
        condition: {
          kind: 'comparison',
          measure: rolling('mean', 'chlorophyll', DAY, { slotSeconds: 8 * HOUR, minimumCoverage: 1 }),
          operator: 'gt',
          threshold: { kind: 'number', value: 30 },
          levels: [{ severity: 'severe', threshold: { kind: 'number', value: 60 } }],
          clear: { kind: 'number', value: 25 },
        },
        clearSeconds: 6 * HOUR,
        gapSeconds: 9 * HOUR,
      } as ReturnType<typeof fires>,
      scope: scopeOf(['surface-water']),
    },
  ),
]
