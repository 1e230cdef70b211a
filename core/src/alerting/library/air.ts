import {
  above,
  CHINA,
  DAY,
  exceeding,
  fires,
  HOUR,
  hoursOf,
  type LibraryRule,
  MINUTE,
  RHYTHMS,
  type Rhythm,
  ready,
  rolling,
  scopeOf,
  versus,
} from './parts.ts'

const GB_3095 = 'GB 3095-2026'
const DISTRICTS = scopeOf(['air'], ['I', 'II'])

/** A limit of GB 3095-2026 for the class of the station. */
function ambient(
  property: string,
  parameter: string,
  averaging: '24h' | 'max daily 8h',
  zh: string,
): LibraryRule {
  const limit = `${GB_3095} / * / ${parameter} / ${averaging}`
  const span = {
    '24h': { en: 'daily mean', zh: '日均值', id: 'daily' },
    'max daily 8h': { en: '8-hour mean', zh: '8 小时滑动均值', id: '8h' },
  }[averaging]
  const aligned = averaging !== 'max daily 8h'
  return ready(
    'air',
    {
      id: `air-${property}-${span.id}`,
      name: {
        en: `${parameter}: ${span.en} above the national limit`,
        zh: `${zh}${span.zh}超过国家标准限值`,
      },
      why: {
        en: `The limit of the functional area the station stands in, ${averaging === '24h' ? 'judged when the day has ended, of at least 20 hourly means' : 'the mean of the last 8 hours that have ended, of which 6 are there'}.`,
        zh: `按站点所在功能区的限值判定，${averaging === '24h' ? '每日结束时以不少于 20 个小时均值计算' : '已结束的最近 8 小时中至少有 6 个小时均值'}。`,
      },
      basis: `${GB_3095} Table 1; HJ 663`,
    },
    {
      severity: 'moderate',
      trigger: fires(exceeding(property, limit, aligned ? {} : { clear: 0.95 }), {
        // A single hour below the limit within an episode does not end it.
        clear: averaging === '24h' ? 0 : HOUR,
        gap: averaging === '24h' ? DAY : 3 * HOUR,
      }),
      scope: DISTRICTS,
      timeZone: CHINA,
      schedule: hoursOf(limit),
    },
  )
}

/** An alert threshold of the EU, which must be exceeded for three hours in a row. */
function europeanAlert(property: string, parameter: string, zh: string, rhythm: Rhythm): LibraryRule {
  return ready(
    'air',
    {
      id: `air-${property}-eu-alert${rhythm.id}`,
      name: {
        en: `${parameter}: EU alert threshold for three hours${rhythm.name.en}`,
        zh: `${zh}连续三小时超过欧盟警报阈值${rhythm.name.zh}`,
      },
      why: {
        en: `Above it a short exposure is a risk for everybody, and the public has to be told at once. The third hourly mean in a row fires it. ${rhythm.why.en}`,
        zh: `超过该阈值时短时暴露即对所有人构成风险，须立即告知公众。第三个连续超标的小时均值触发。${rhythm.why.zh}`,
      },
      basis: 'Directive (EU) 2024/2881 Annex I section 4',
    },
    {
      severity: 'severe',
      // Judged at the ends of the hours: the third end lies two hours after the first.
      trigger: fires(
        exceeding(property, `EU 2024/2881 / alert / ${parameter} / 1h`, { interval: rhythm.interval }),
        {
          hold: 2 * HOUR,
          clear: HOUR,
          gap: 90 * MINUTE,
        },
      ),
      scope: scopeOf(['air']),
    },
  )
}

function europeanOzone(rhythm: Rhythm): LibraryRule {
  return ready(
    'air',
    {
      id: `air-o3-eu${rhythm.id}`,
      name: {
        en: `Ozone: EU information and alert thresholds${rhythm.name.en}`,
        zh: `臭氧超过欧盟信息与警报阈值${rhythm.name.zh}`,
      },
      why: {
        en: `Sensitive people are told above 180 µg/m³, everybody above 240 µg/m³. One alert grows from the first to the second. ${rhythm.why.en}`,
        zh: `超过 180 µg/m³ 时告知敏感人群，超过 240 µg/m³ 时告知所有人。同一告警由前者升级到后者。${rhythm.why.zh}`,
      },
      basis: 'Directive (EU) 2024/2881 Annex I section 4',
    },
    {
      severity: 'moderate',
      trigger: fires(
        exceeding('o3', 'EU 2024/2881 / information / O3 / 1h', {
          levels: [{ severity: 'severe', limit: 'EU 2024/2881 / alert / O3 / 1h' }],
          interval: rhythm.interval,
        }),
        { clear: HOUR, gap: 3 * HOUR },
      ),
      scope: scopeOf(['air']),
    },
  )
}

/** Inside against outside of the works: the choice of stations is the user's. */
const FENCE = [{ station: 'station-downwind', other: 'station-upwind' }]

export const AIR_RULES: readonly LibraryRule[] = [
  ambient('pm25', 'PM2.5', '24h', '细颗粒物'),
  ambient('pm10', 'PM10', '24h', '可吸入颗粒物'),
  ambient('so2', 'SO2', '24h', '二氧化硫'),
  ambient('no2', 'NO2', '24h', '二氧化氮'),
  ambient('co', 'CO', '24h', '一氧化碳'),
  ambient('o3', 'O3', 'max daily 8h', '臭氧'),
  ...RHYTHMS.map(europeanOzone),
  ...RHYTHMS.map((rhythm) => europeanAlert('no2', 'NO2', '二氧化氮', rhythm)),
  ready(
    'air',
    {
      id: 'air-pm25-who',
      name: { en: 'PM2.5: daily mean above the WHO guideline', zh: '细颗粒物日均值超过世卫组织指导值' },
      why: {
        en: 'The level below which little harm is known. It is exceeded often; made for reports rather than for action.',
        zh: '低于该值时已知危害很小。该值经常被超过，适用于统计报告而非处置。',
      },
      basis: 'WHO global air quality guidelines 2021, Table 0.1',
    },
    {
      severity: 'minor',
      trigger: fires(exceeding('pm25', 'WHO AQG 2021 / - / PM2.5 / 24h'), { gap: DAY }),
      scope: scopeOf(['air']),
      // The guideline names no day; that of the national limits makes the two comparable.
      timeZone: CHINA,
    },
  ),
  ready(
    'air',
    {
      id: 'air-boundary-dust',
      name: { en: 'Dust at the boundary: downwind far above upwind', zh: '厂界颗粒物：下风向明显高于上风向' },
      why: {
        en: 'What blows in from elsewhere is on both sides; the difference comes from the site. It must last a quarter of an hour, or two readings. Choose your pairs of stations.',
        zh: '外来污染在两侧都会出现，差值来自场内。须持续一刻钟或两个读数。请选择成对的站点。',
      },
      basis: 'GB 16297-1996 (fugitive emission: downwind against upwind)',
    },
    {
      severity: 'moderate',
      trigger: fires(
        versus(
          rolling('mean', 'pm10', HOUR),
          'gt',
          // Stations that report by the hour do so at other minutes.
          rolling('mean', 'pm10', 90 * MINUTE, { of: 'other' }),
          1.5,
          50,
          { factor: 1.25, offset: 40 },
        ),
        { hold: 15 * MINUTE, clear: 30 * MINUTE, gap: 3 * HOUR },
      ),
      scope: scopeOf(['air']),
      pairs: FENCE,
    },
  ),
  ready(
    'air',
    {
      id: 'air-boundary-odour',
      name: { en: 'Hydrogen sulphide at the boundary', zh: '厂界硫化氢超标' },
      why: {
        en: 'Odour complaints follow within minutes. The boundary of new plants may have 0.06 mg/m³.',
        zh: '恶臭投诉往往在数分钟内出现。新扩改建厂界限值为 0.06 mg/m³。',
      },
      basis: 'GB 14554-93 Table 1',
    },
    {
      severity: 'moderate',
      trigger: fires(above(rolling('mean', 'h2s', 10 * MINUTE), 60, 50), {
        hold: 5 * MINUTE,
        clear: 20 * MINUTE,
        gap: 3 * HOUR,
      }),
      scope: scopeOf(['air'], ['boundary']),
    },
  ),
  ready(
    'air',
    {
      id: 'air-boundary-nmhc',
      name: { en: 'Non-methane hydrocarbons at the boundary', zh: '厂界非甲烷总烃超标' },
      why: {
        en: 'Leaks and open vessels show at the boundary as a mean of the hour above 4 mg/m³, for a quarter of an hour or two readings.',
        zh: '泄漏与敞开容器表现为厂界小时均值超过 4 mg/m³，须持续一刻钟或两个读数。',
      },
      basis: 'GB 16297-1996 Table 2',
    },
    {
      severity: 'moderate',
      // The hold takes the place of a coverage, which would have to know how often the station reports.
      trigger: fires(above(rolling('mean', 'nmhc', HOUR), 4, 3.2), {
        hold: 15 * MINUTE,
        clear: 30 * MINUTE,
        gap: 3 * HOUR,
      }),
      scope: scopeOf(['air'], ['boundary']),
    },
  ),
]
