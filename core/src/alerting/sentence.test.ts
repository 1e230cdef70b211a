import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { RuleDefinitionInput } from '../api/rules.ts'
import { anyDefinition, compared, defined, NAMES } from './sentence.fixture.ts'
import { sentenceOf } from './sentence.ts'

const say = (given: Partial<RuleDefinitionInput>) => sentenceOf(defined(given), NAMES)
const ENDS = { flags: ' Readings flagged fail do not count.', zh: '质量标记为“未通过”的读数不计入。' }

/** A trigger with one comparison. */
function when(given: Parameters<typeof compared>[0], more: object = {}): Partial<RuleDefinitionInput> {
  return {
    trigger: { kind: 'condition', condition: compared(given), ...more },
  } as Partial<RuleDefinitionInput>
}

describe('whole sentences', () => {
  test('a plain one', () => {
    expect(say({})).toEqual({
      en: `At all stations: moderate alert when the latest PM2.5 is above 75 µg/m³. It resolves when that is no longer so.${ENDS.flags}`,
      zh: `所有站点：若细颗粒物 (PM2.5) 最新值高于 75 µg/m³，则发出中等告警。一旦条件不再成立，即解除。${ENDS.zh}`,
    })
  })

  test('a legal limit over a day', () => {
    const measure = {
      statistic: 'mean',
      windowSeconds: 86_400,
      aligned: true,
      slotSeconds: 3600,
      minimumCoverage: 20 / 24,
      meanOf: 'slots',
    }
    const threshold = { kind: 'limit', limit: 'GB 3095-2026 / * / PM2.5 / 24h' }
    const sentence = say({
      ...when({ measure, operator: 'exceeds', threshold }),
      scope: { media: ['air'], classes: ['I', 'II'] },
      timeZone: 'Asia/Shanghai',
    })
    expect(sentence.en).toBe(
      `At all air stations of class I or II: moderate alert when the mean of the 1 h means of PM2.5 over a calendar day (with readings in at least 20 of its 24 slots of 1 h) is above the limit “GB 3095-2026 / * / PM2.5 / 24h” (* being the class of the station, as in force at the time). It resolves when that is no longer so. Times and days are those of Asia/Shanghai.${ENDS.flags}`,
    )
    expect(sentence.zh).toBe(
      `类别为 I 或 II 的空气站点：若细颗粒物 (PM2.5) 自然日的平均值（由 1 小时均值计算）（24 个 1 小时时段中至少 20 个有读数）高于限值“GB 3095-2026 / * / PM2.5 / 24h”（* 为站点类别，取当时有效值），则发出中等告警。一旦条件不再成立，即解除。时间与日期按 Asia/Shanghai 时区。${ENDS.zh}`,
    )
  })

  test('everything at once', () => {
    const sentence = say({
      severity: 'severe',
      trigger: {
        kind: 'condition',
        condition: {
          kind: 'all',
          conditions: [
            compared({
              measure: { property: 'production_power' },
              threshold: { kind: 'number', value: 10 },
              clear: { kind: 'number', value: 5 },
            }),
            {
              kind: 'not',
              condition: compared({
                measure: { property: 'run_state' },
                operator: 'eq',
                threshold: { kind: 'category', value: 'running' },
              }),
            },
          ],
        },
        holdSeconds: 600,
        clearSeconds: 90,
        keepFiringSeconds: 3600,
      },
      scope: {
        sites: ['works'],
        jurisdictions: ['east'],
        tags: [
          { name: 'kind', value: 'kiln' },
          { name: 'leased', value: null },
        ],
        media: ['equipment'],
      },
      schedule: [
        { days: [1, 2, 3, 4, 5], from: '22:00', to: '06:00', holidays: 'exclude' },
        { days: [6, 7], from: '00:00', to: '00:00' },
      ],
      qualityFlags: [1],
      inhibits: { within: 'site', alerts: 'no_data' },
      escalation: [
        { afterSeconds: 900, role: 'officer' },
        { afterSeconds: 3600, role: 'supervisor' },
      ],
      public: true,
    })
    expect(sentence.en).toBe(
      'At all equipment stations of site “Steel Works” in “East District” with “kind” = “kiln” and attribute “leased”: severe alert when the latest production power (no older than 10 min) is above 10 kW, and it is not so that (the latest “Running state” (no older than 10 min) is “running”), for at least 10 min. It resolves when that, with “above 5 kW” for production power, is no longer so for at least 1 min 30 s, but not before 1 h after it fired. After more than 1 h without a judgement (longer where readings are rarer) these times begin again. It fires only from 22:00 to 06:00 of the next day on Monday to Friday, except holidays, or all day on Saturday and Sunday; after these hours an open alert resolves. Times and days are those of UTC. Readings flagged not evaluated, suspect or fail do not count. While it fires, nobody is notified of no-data alerts of the same site. If nobody acknowledges it, it is escalated to officers after 15 min and supervisors after 1 h. It is public.',
    )
    expect(sentence.zh).toBe(
      '“East District”辖区内、场所“Steel Works”、带有“kind” = “kiln”和属性“leased”的设备工况站点：若生产设施功率最新值（10 分钟以内）高于 10 kW，且并非（“运行状态”最新值（10 分钟以内）为“running”），并持续至少 10 分钟，则发出严重告警。一旦条件不再成立，并持续至少 1 分钟 30 秒（判断解除时，生产设施功率按“高于 5 kW”判断），即解除，但不早于触发后 1 小时。若超过 1 小时未能判定（读数间隔更长的站点相应放宽），持续时间重新计算。仅在周一至周五（节假日除外） 22:00 至次日 06:00，或周六、周日全天触发；时段结束后，未解除的告警即解除。时间与日期按 UTC 时区。质量标记为“未评估”、“可疑”或“未通过”的读数不计入。告警期间，不通知同一场所的无数据告警。无人确认时，15 分钟后升级至执法人员，1 小时后升级至主管。对公众发布。',
    )
  })
})

describe('parts', () => {
  const pair = { pairs: [{ station: 'air-1', other: 'air-2' }] }
  const ofOther = { property: 'pm25', statistic: 'mean', windowSeconds: 3600, of: 'other' }
  const hour = { statistic: 'mean', windowSeconds: 3600 }

  test.each<[string, Partial<RuleDefinitionInput>, string, string]>([
    ['at least', when({ operator: 'ge' }), 'is at least 75 µg/m³', '最新值不低于 75 µg/m³'],
    ['below', when({ operator: 'lt' }), 'is below 75 µg/m³', '低于 75 µg/m³'],
    ['at most', when({ operator: 'le' }), 'is at most 75 µg/m³', '不高于 75 µg/m³'],
    ['equal', when({ operator: 'eq' }), 'is equal to 75 µg/m³', '等于 75 µg/m³'],
    ['different', when({ operator: 'ne' }), 'is different from 75 µg/m³', '不等于 75 µg/m³'],
    [
      'inside',
      when({ operator: 'inside', threshold: { kind: 'range', low: -5, high: 0.1 } }),
      'is from −5 µg/m³ to 0.1 µg/m³, ends included',
      '在 −5 µg/m³ 至 0.1 µg/m³ 之间（含两端）',
    ],
    [
      'outside',
      when({
        operator: 'outside',
        measure: { property: 'ph' },
        threshold: { kind: 'range', low: 6, high: 9 },
      }),
      'the latest pH is below 6 or above 9',
      'pH 值最新值低于 6 或高于 9',
    ],
    [
      'yes or no',
      when({ measure: { property: 'door_open' }, operator: 'eq', threshold: { kind: 'number', value: 1 } }),
      'the latest “Door open” is true',
      '“门开启”最新值为“是”',
    ],
    [
      'no, said by not',
      when({ measure: { property: 'fan_running' }, operator: 'ne', threshold: { kind: 'number', value: 1 } }),
      'the latest “Fan running” is false',
      '“风机运行”最新值为“否”',
    ],
    [
      'a category that must not be',
      when({
        measure: { property: 'run_state' },
        operator: 'ne',
        threshold: { kind: 'category', value: 'off' },
      }),
      'is not “off”',
      '不为“off”',
    ],
    [
      'a rolling mean of what the catalogue writes with a capital',
      when({ measure: { ...hour, property: 'dissolved_oxygen', minimumCoverage: 0.5 } }),
      'the mean dissolved oxygen over the last 1 h (with readings in at least 50 % of it) is',
      '溶解氧最近 1 小时的平均值（其中至少 50 % 的时段有读数）',
    ],
    [
      'a lowest value',
      when({ measure: { ...hour, statistic: 'min' } }),
      'the lowest PM2.5 over the last 1 h',
      '最小值',
    ],
    ['a highest value', when({ measure: { ...hour, statistic: 'max' } }), 'the highest PM2.5', '最大值'],
    [
      'a sum over the day',
      when({ measure: { property: 'rainfall', statistic: 'sum', windowSeconds: 86_400, aligned: true } }),
      'the sum of rainfall over a calendar day',
      '自然日的总和',
    ],
    [
      'a number of readings has no unit',
      when({
        measure: { ...hour, statistic: 'count' },
        operator: 'lt',
        threshold: { kind: 'number', value: 3 },
      }),
      'the number of readings of PM2.5 over the last 1 h is below 3.',
      '最近 1 小时的读数个数低于 3，则',
    ],
    [
      'a change per hour',
      when({ measure: { ...hour, statistic: 'rate' } }),
      'the change per hour of PM2.5 over the last 1 h is above 75 µg/m³ per hour',
      '每小时变化量高于 75 µg/m³/小时',
    ],
    [
      'a change of what has no unit',
      when({
        measure: { ...hour, property: 'ph', statistic: 'rate' },
        threshold: { kind: 'number', value: 1e-7 },
      }),
      'is above 0.0000001 per hour',
      'pH 值最近 1 小时的每小时变化量高于 0.0000001，则',
    ],
    [
      'a standard deviation',
      when({ measure: { ...hour, statistic: 'stddev' } }),
      'the standard deviation of PM2.5 over the last 1 h',
      '标准差高于 75 µg/m³',
    ],
    [
      'a percentile',
      when({ measure: { ...hour, statistic: 'percentile', percentile: 98 } }),
      'the 98th percentile of PM2.5',
      '第 98 百分位数',
    ],
    [
      'the 3rd of them',
      when({ measure: { ...hour, statistic: 'percentile', percentile: 3 } }),
      'the 3rd percentile',
      '第 3 百分位数',
    ],
    [
      'windows by the clock',
      when({ measure: { ...hour, windowSeconds: 28_800, aligned: true } }),
      'over 8 h aligned with the local clock',
      '按当地时钟划分的每 8 小时的平均值',
    ],
    [
      'levels',
      when({ levels: [{ severity: 'severe', threshold: { kind: 'number', value: 150 } }] }),
      'is above 75 µg/m³ (severe: above 150 µg/m³).',
      '高于 75 µg/m³（严重：高于 150 µg/m³）',
    ],
    [
      'a clear threshold',
      when({ clear: { kind: 'number', value: 60 } }, { clearSeconds: 1800 }),
      'It resolves when that is at most 60 µg/m³ for at least 30 min.',
      '一旦该值不高于 60 µg/m³，并持续至少 30 分钟，即解除。',
    ],
    [
      'half of the limit, on a certain day',
      when({
        operator: 'exceeds',
        measure: { property: 'dissolved_oxygen' },
        threshold: {
          kind: 'limit',
          limit: 'GB 3838-2002 / III / DO / instant',
          factor: 0.5,
          asOf: '2026-06-01',
        },
        clear: { kind: 'limit', limit: 'GB 3838-2002 / III / DO / instant' },
      }),
      'is below 0.5 times the limit “GB 3838-2002 / III / DO / instant” (as in force on 2026-06-01). It resolves when that is not below the limit',
      '低于限值“GB 3838-2002 / III / DO / instant”的 0.5 倍（取 2026-06-01 有效值），则发出中等告警。一旦该值不低于限值',
    ],
    [
      'a share of a limit that is a band',
      when({
        operator: 'exceeds',
        measure: { property: 'ph' },
        threshold: { kind: 'limit', limit: 'GB 3838-2002 / III / pH / instant' },
        clear: { kind: 'limit', limit: 'GB 3838-2002 / III / pH / instant', factor: 0.9 },
      }),
      'It resolves when that is within the limit “GB 3838-2002 / III / pH / instant” with 90 % of its width (',
      '一旦该值符合限值“GB 3838-2002 / III / pH / instant”范围宽度的 90 %（',
    ],
    [
      'another station',
      {
        ...when({
          measure: hour,
          threshold: { kind: 'measure', measure: ofOther, factor: 1.5, offset: -10 },
        }),
        ...pair,
      },
      'the mean PM2.5 at the station over the last 1 h is above 1.5 times the mean PM2.5 at the other station over the last 1 h minus 10 µg/m³. Each station is compared with its other station: “Riverside” with “Mill Road”.',
      '本站的细颗粒物 (PM2.5) 最近 1 小时的平均值高于对照站的细颗粒物 (PM2.5) 最近 1 小时的平均值的 1.5 倍减 10 µg/m³，则发出中等告警。每个站点与其对照站比较：“Riverside”对“Mill Road”。',
    ],
    [
      'groups in groups',
      {
        trigger: {
          kind: 'condition',
          condition: {
            kind: 'any',
            conditions: [
              compared({}),
              { kind: 'all', conditions: [compared({}), compared({ operator: 'lt' })] },
            ],
          },
        },
      } as Partial<RuleDefinitionInput>,
      'is above 75 µg/m³, or (the latest PM2.5 is above 75 µg/m³, and the latest PM2.5 is below 75 µg/m³).',
      '高于 75 µg/m³，或（细颗粒物 (PM2.5) 最新值高于 75 µg/m³，且细颗粒物 (PM2.5) 最新值低于 75 µg/m³）',
    ],
    [
      'silence of a datastream',
      {
        trigger: {
          kind: 'no_data',
          per: 'datastream',
          properties: ['pm25', 'nobody-knows'],
          graceSeconds: 3600,
        },
      },
      'when any one datastream of PM2.5 or “nobody-knows” has had no reading for 1 h, while the platform was listening',
      '若细颗粒物 (PM2.5) 或“nobody-knows”的任一数据流在平台接收期间连续 1 小时没有读数',
    ],
    [
      'silence of a station',
      { trigger: { kind: 'no_data', per: 'station', graceSeconds: 93_784 } },
      'a station has sent no reading for 1 day 2 h 3 min 4 s, while the platform was listening. It resolves with the next reading.',
      '若站点在平台接收期间连续 1 天 2 小时 3 分钟 4 秒未上报任何读数，则发出中等告警。收到下一个读数时解除。质量标记为“未通过”的读数不计入。',
    ],
    [
      'silence of a site',
      { trigger: { kind: 'no_data', per: 'site', graceSeconds: 600 } },
      'every station of a site that ever reported has sent no reading for 10 min',
      '同一场所内所有曾上报的站点均',
    ],
    [
      'one station, by its name',
      { scope: { stations: ['air-1'] } as RuleDefinitionInput['scope'] },
      'At station “Riverside”: ',
      '站点“Riverside”：',
    ],
    [
      'more stations than are worth a list',
      { scope: { stations: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] } as RuleDefinitionInput['scope'] },
      'At stations “a”, “b”, “c”, “d”, “e” and 2 more: ',
      '站点“a”、“b”、“c”、“d”、“e”等 7 个：',
    ],
    [
      'an attribute of any value',
      {
        scope: {
          media: ['surface-water'],
          tags: [{ name: 'solar', value: null }],
        } as RuleDefinitionInput['scope'],
      },
      'At all surface water stations with attribute “solar”: ',
      '带有属性“solar”的地表水站点：',
    ],
    [
      'every quality',
      { qualityFlags: [1, 2, 3, 4] },
      'Readings of every quality count.',
      '任何质量标记的读数均计入。',
    ],
    [
      'hours to midnight, on holidays',
      { schedule: [{ days: [1, 3, 4], from: '08:00', to: '00:00', holidays: 'only' }] },
      'It fires only from 08:00 to 24:00 on Monday, Wednesday and Thursday, if a holiday; after these hours an open alert resolves. Times and days are those of UTC.',
      '仅在周一、周三、周四（仅限节假日） 08:00 至 24:00 触发；时段结束后，未解除的告警即解除。',
    ],
    [
      'less severe alerts are held back',
      { inhibits: { within: 'jurisdiction', alerts: 'lower_severity' } },
      'nobody is notified of less severe alerts of the same jurisdiction',
      '不通知同一辖区的级别较低的告警',
    ],
  ])('%s', (_what, given, en, zh) => {
    const sentence = say(given)
    expect(sentence.en).toContain(en)
    expect(sentence.zh).toContain(zh)
  })
})

test('any definition has a sentence that says nothing undefined, ends, and has no gaps', () => {
  fc.assert(
    fc.property(anyDefinition, (definition) => {
      const { en, zh } = sentenceOf(definition, NAMES)
      for (const text of [en, zh]) {
        expect(text).not.toMatch(/undefined|null|NaN|\[object|Infinity/)
        expect(text).not.toMatch(/ {2}|\(\)|（）|“”| [.,，。]|[.。]{2}/)
      }
      expect(en).toMatch(/\.$/)
      expect(zh).toMatch(/。$/)
    }),
    { numRuns: 500 },
  )
})
