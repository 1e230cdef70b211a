import {
  atMost,
  DAY,
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

const ANYWHERE = scopeOf(null)
/** A sensor that sends bad readings is not silent. */
const EVERY: [1, 2, 3, 4] = [1, 2, 3, 4]

/**
 * A sensor that sends one value again and again: alive, and of no use. Every part of the time must have a reading;
 * the parts are twice as long as the readings of slow instruments are apart, whose times are never quite the same.
 */
function stuck(
  property: string,
  { hours, part, spread }: { hours: number; part: number; spread: number },
  name: LibraryRule['name'],
  media: string[],
): LibraryRule {
  return ready(
    'data',
    {
      id: `data-stuck-${property.replaceAll('_', '-')}`,
      name,
      why: {
        en: `Real values move. A spread of less than ${spread} over ${hours} hours, with readings in every ${part} of them, is a frozen sensor, a blocked inlet or a value typed in.`,
        zh: `真实数值总在变化。${hours} 小时内标准差不超过 ${spread}，且每 ${part} 小时均有读数，提示传感器卡死、采样口堵塞或人为填数。`,
      },
      basis: 'QARTOD flat line test; HJ 75-2017',
    },
    {
      severity: 'minor',
      trigger: fires(
        atMost(
          rolling('stddev', property, hours * HOUR, { slotSeconds: part * HOUR, minimumCoverage: 1 }),
          spread,
          2 * spread,
        ),
        { clear: HOUR, gap: 9 * HOUR },
      ),
      scope: scopeOf(media as ReturnType<typeof scopeOf>['media']),
    },
  )
}

/** Water stations measure every four hours, all others every hour at least: two readings missed, and some minutes. */
const RHYTHM = {
  dry: {
    id: '',
    media: ['air', 'weather', 'noise', 'soil', 'emission', 'equipment'],
    name: { en: '', zh: '' },
    why: {
      en: 'Two readings of a station that reports by the hour; make it shorter where all report every few minutes. Water stations have a rule of their own.',
      zh: '相当于小时上报站点的两个读数；若均按分钟上报可缩短。水站另有规则。',
    },
    station: { grace: 2.5 * HOUR, en: 'two and a half hours', zh: '两个半小时' },
    site: { grace: 2.25 * HOUR, en: 'two and a quarter hours', zh: '两小时十五分' },
  },
  water: {
    id: '-water',
    media: ['surface-water', 'waste-water'],
    name: { en: ' (water)', zh: '（水站）' },
    why: {
      en: 'Two samples of a station that measures every four hours; make it shorter where all report every few minutes.',
      zh: '相当于每四小时测量一次的水站的两个样品；若均按分钟上报可缩短。',
    },
    station: { grace: 9 * HOUR, en: 'nine hours', zh: '九小时' },
    site: { grace: 8.5 * HOUR, en: 'eight and a half hours', zh: '八个半小时' },
  },
} as const

/** Nothing at all. The site's time is shorter than that of a station, so that its alert is there before theirs. */
function silent(per: 'station' | 'site', of: keyof typeof RHYTHM): LibraryRule {
  const { id, media, name, why, [per]: time } = RHYTHM[of]
  const texts = {
    station: {
      name: { en: 'A station is silent', zh: '站点无数据' },
      en: `Nothing at all for ${time.en}: power, network or theft.`,
      zh: `${time.zh}没有任何数据：断电、断网或被盗。`,
    },
    site: {
      name: { en: 'Communication loss of a whole site', zh: '整个场所通信中断' },
      en: `Every station of a site silent at once, for ${time.en}, is one fault, not many: one alert, and those of its stations are held back.`,
      zh: `同一场所的站点同时无数据（${time.zh}）是一个故障而非多个：只发一条告警，其站点的告警被抑制。`,
    },
  }[per]
  return ready(
    'data',
    {
      id: `data-silent-${per}${id}`,
      name: { en: texts.name.en + name.en, zh: texts.name.zh + name.zh },
      why: { en: `${texts.en} ${why.en}`, zh: texts.zh + why.zh },
      basis: 'practice · 运行经验',
    },
    {
      severity: per === 'station' ? 'moderate' : 'severe',
      trigger: { kind: 'no_data', per, graceSeconds: time.grace },
      scope: scopeOf([...media]),
      qualityFlags: EVERY,
      inhibits: { within: per, alerts: 'no_data' },
    },
  )
}

export const DATA_RULES: readonly LibraryRule[] = [
  // Beta attenuation analysers repeat their hourly value every minute: eight values, not eight hundred.
  stuck(
    'pm25',
    { hours: 8, part: 2, spread: 0.05 },
    { en: 'PM2.5 stuck at one value', zh: '细颗粒物数值卡死' },
    ['air'],
  ),
  stuck(
    'dissolved_oxygen',
    { hours: 24, part: 8, spread: 0.005 },
    { en: 'Dissolved oxygen stuck at one value', zh: '溶解氧数值卡死' },
    ['surface-water', 'waste-water'],
  ),
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
        versus(
          latest('pm25', HOUR),
          'gt',
          rolling('mean', 'pm25', DAY, { slotSeconds: 2 * HOUR, minimumCoverage: 0.5 }),
          5,
          100,
          { factor: 3, offset: 50 },
        ),
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
        en: 'Below a fifth of the mean of the week. Rain dilutes a river by half within hours; air has nearly no conductivity at all.',
        zh: '低于最近一周均值的五分之一。降雨数小时内可使河水稀释一半，而空气几乎没有电导率。',
      },
      basis: 'practice · 运行经验',
    },
    {
      severity: 'minor',
      trigger: fires(
        versus(latest('conductivity', HOUR), 'lt', ownWeek('conductivity'), 0.2, 0, { factor: 0.4 }),
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
        // Two readings in a row, also where they come every minute, more or less.
        holdSeconds: 30,
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
        en: 'One analyser of a station failed while the others report. Nine hours, so that calibration and a missed sample of a water station that measures every four hours pass.',
        zh: '站点中某台仪器故障而其他仍在上报。九小时可避开校准，以及每四小时测量一次的水站缺测一次。',
      },
      basis: 'practice · 运行经验',
    },
    {
      severity: 'minor',
      trigger: { kind: 'no_data', per: 'datastream', graceSeconds: 9 * HOUR },
      scope: ANYWHERE,
      qualityFlags: EVERY,
    },
  ),
  silent('station', 'dry'),
  silent('station', 'water'),
  silent('site', 'dry'),
  silent('site', 'water'),
]
