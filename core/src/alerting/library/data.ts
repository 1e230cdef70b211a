import {
  all,
  atLeast,
  atMost,
  DAY,
  fires,
  HOUR,
  type LibraryRule,
  latest,
  MINUTE,
  ready,
  rolling,
  scopeOf,
  versus,
} from './parts.ts'

const ANYWHERE = scopeOf(null)
/** A sensor that sends bad readings is not silent. */
const EVERY: [1, 2, 3, 4] = [1, 2, 3, 4]

/** A sensor that sends one value again and again: alive, and of no use. */
function stuck(
  property: string,
  hours: number,
  spread: number,
  name: LibraryRule['name'],
  media: string[],
): LibraryRule {
  return ready(
    'data',
    {
      id: `data-stuck-${property.replaceAll('_', '-')}`,
      name,
      why: {
        en: `Real values move. A spread of less than ${spread} over ${hours} hours, with at least six readings, is a frozen sensor, a blocked inlet or a value typed in.`,
        zh: `真实数值总在变化。${hours} 小时内标准差不超过 ${spread}，且至少有六个读数，提示传感器卡死、采样口堵塞或人为填数。`,
      },
      basis: 'QARTOD flat line test; HJ 75-2017',
    },
    {
      severity: 'minor',
      trigger: fires(
        all(
          atMost(rolling('stddev', property, hours * HOUR, { minimumCoverage: 0.05 }), spread, 2 * spread),
          atLeast(rolling('count', property, hours * HOUR), 6),
        ),
        { clear: HOUR, gap: 3 * HOUR },
      ),
      scope: scopeOf(media as ReturnType<typeof scopeOf>['media']),
    },
  )
}

export const DATA_RULES: readonly LibraryRule[] = [
  stuck('pm25', 6, 0.05, { en: 'PM2.5 stuck at one value', zh: '细颗粒物数值卡死' }, ['air']),
  stuck('dissolved_oxygen', 12, 0.005, { en: 'Dissolved oxygen stuck at one value', zh: '溶解氧数值卡死' }, [
    'surface-water',
    'waste-water',
  ]),
  ready(
    'data',
    {
      id: 'data-spike-pm25',
      name: { en: 'PM2.5 spike', zh: '细颗粒物尖峰' },
      why: {
        en: 'A reading more than five times the mean of the day plus 100 µg/m³: fireworks beside the inlet, or a fault. Air as a whole does not change so fast.',
        zh: '读数高于最近一日均值的五倍再加 100 µg/m³：采样口旁有烟花或仪器故障。整体空气不会变化如此之快。',
      },
      basis: 'QARTOD spike test; practice · 运行经验',
    },
    {
      severity: 'minor',
      trigger: fires(
        versus(latest('pm25', HOUR), 'gt', rolling('mean', 'pm25', DAY, { minimumCoverage: 0.05 }), 5, 100, {
          factor: 3,
          offset: 50,
        }),
        { clear: 30 * MINUTE, gap: 3 * HOUR },
      ),
      scope: scopeOf(['air']),
    },
  ),
  ready(
    'data',
    {
      id: 'data-conductivity-drop',
      name: {
        en: 'Conductivity drops implausibly: sonde out of the water?',
        zh: '电导率异常骤降：探头是否露出水面？',
      },
      why: {
        en: 'Below a fifth of the mean of the day. Rain dilutes a river by half within hours; air has nearly no conductivity at all.',
        zh: '低于当日均值的五分之一。降雨数小时内可使河水稀释一半，而空气几乎没有电导率。',
      },
      basis: 'practice · 运行经验',
    },
    {
      severity: 'minor',
      trigger: fires(
        versus(
          latest('conductivity', HOUR),
          'lt',
          rolling('mean', 'conductivity', DAY, { minimumCoverage: 0.05 }),
          0.2,
          0,
          {
            factor: 0.4,
          },
        ),
        { clear: 30 * MINUTE, gap: 9 * HOUR },
      ),
      scope: scopeOf(['surface-water']),
    },
  ),
  ready(
    'data',
    {
      id: 'data-impossible',
      name: { en: 'PM2.5 outside the plausible range', zh: '细颗粒物读数超出合理范围' },
      why: {
        en: 'Twice or longer outside −10 to 2000 µg/m³: not a glitch but a fault. Readings flagged fail count too, as those outside are.',
        zh: '连续超出 −10～2000 µg/m³：不是偶发，而是故障。超范围读数会被标记为未通过，本规则也将其计入。',
      },
      basis: 'QARTOD gross range test',
    },
    {
      severity: 'minor',
      trigger: {
        kind: 'condition',
        condition: {
          kind: 'comparison',
          measure: latest('pm25', HOUR),
          operator: 'outside',
          threshold: { kind: 'range', low: -10, high: 2000 },
        },
        holdSeconds: MINUTE,
        clearSeconds: HOUR,
        keepFiringSeconds: HOUR,
        gapSeconds: 3 * HOUR,
      } as ReturnType<typeof fires>,
      scope: scopeOf(['air']),
      qualityFlags: [1, 2, 3, 4],
    },
  ),
  ready(
    'data',
    {
      id: 'data-silent-datastream',
      name: { en: 'A datastream is silent', zh: '数据流无数据' },
      why: {
        en: 'One analyser of a station failed while the others report. Six hours, so that calibration and the 4-hour rhythm of water stations pass.',
        zh: '站点中某台仪器故障而其他仍在上报。六小时可避开校准和水站 4 小时的测量周期。',
      },
      basis: 'practice · 运行经验',
    },
    {
      severity: 'minor',
      trigger: { kind: 'no_data', per: 'datastream', graceSeconds: 6 * HOUR },
      scope: ANYWHERE,
      qualityFlags: EVERY,
    },
  ),
  ready(
    'data',
    {
      id: 'data-silent-station',
      name: { en: 'A station is silent', zh: '站点无数据' },
      why: {
        en: 'Nothing at all for an hour: power, network or theft. Stations that report less often need a longer time.',
        zh: '一小时没有任何数据：断电、断网或被盗。上报间隔更长的站点需延长时间。',
      },
      basis: 'practice · 运行经验',
    },
    {
      severity: 'moderate',
      trigger: { kind: 'no_data', per: 'station', graceSeconds: HOUR },
      scope: ANYWHERE,
      qualityFlags: EVERY,
      inhibits: { within: 'station', alerts: 'no_data' },
    },
  ),
  ready(
    'data',
    {
      id: 'data-silent-site',
      name: { en: 'Communication loss of a whole site', zh: '整个场所通信中断' },
      why: {
        en: 'Every station of a site silent at once is one fault, not many: one alert, and those of its stations are held back.',
        zh: '同一场所的站点同时无数据是一个故障而非多个：只发一条告警，其站点的告警被抑制。',
      },
      basis: 'practice · 运行经验',
    },
    {
      severity: 'severe',
      // Shorter than that of a station, so that it is there before theirs.
      trigger: { kind: 'no_data', per: 'site', graceSeconds: 45 * MINUTE },
      scope: ANYWHERE,
      qualityFlags: EVERY,
      inhibits: { within: 'site', alerts: 'no_data' },
    },
  ),
]
