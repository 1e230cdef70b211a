import {
  above,
  CHINA,
  exceeding,
  fires,
  HOUR,
  hoursOf,
  type LibraryRule,
  latest,
  MINUTE,
  RHYTHMS,
  type Rhythm,
  ready,
  scopeOf,
} from './parts.ts'

const AREAS = ['0', '1', '2', '3', '4a', '4b']

function area(
  part: 'day' | 'night',
  name: LibraryRule['name'],
  hours: { en: string; zh: string },
  rhythm: Rhythm,
): LibraryRule {
  const limit = `GB 3096-2008 / * / LAeq / ${part}`
  return ready(
    'noise',
    {
      id: `noise-${part}${rhythm.id}`,
      name: { en: name.en + rhythm.name.en, zh: name.zh + rhythm.name.zh },
      why: {
        en: `The limit of the functional area ${hours.en}, by the level of the hour. The hour is judged when it has ended. Two hours in a row within the limit end it, and so does the end of the ${part}. ${rhythm.why.en}`,
        zh: `按功能区${hours.zh}限值判定小时等效声级。每小时结束后判定。连续两小时达标或${part === 'day' ? '昼间' : '夜间'}结束后解除。${rhythm.why.zh}`,
      },
      basis: 'GB 3096-2008 Table 1',
    },
    {
      severity: 'minor',
      trigger: fires(exceeding('laeq', limit, { interval: rhythm.interval }), { clear: HOUR, gap: 3 * HOUR }),
      scope: scopeOf(['noise'], AREAS),
      timeZone: CHINA,
      schedule: hoursOf(limit),
    },
  )
}

export const NOISE_RULES: readonly LibraryRule[] = [
  ...RHYTHMS.flatMap((rhythm) => [
    area(
      'day',
      { en: 'Noise above the day limit of the area', zh: '噪声超过功能区昼间限值' },
      { en: 'from 06 to 22 h', zh: '昼间（6–22 时）' },
      rhythm,
    ),
    area(
      'night',
      { en: 'Noise above the night limit of the area', zh: '噪声超过功能区夜间限值' },
      { en: 'from 22 to 06 h', zh: '夜间（22–6 时）' },
      rhythm,
    ),
  ]),
  ready(
    'noise',
    {
      id: 'noise-night-peaks',
      name: { en: 'Sudden noise at night in class 2 areas', zh: '2 类区夜间突发噪声' },
      why: {
        en: 'Peaks at night must not be more than 15 dB above the night limit: 65 dB(A) in class 2. Other classes: 55, 60, 70, 70, 75 for 0, 1, 3, 4a, 4b. From 22:05 on, because the maximum told at 22:00 is that of the evening.',
        zh: '夜间突发噪声最大声级不得超过夜间限值 15 dB：2 类区为 65 dB(A)。0、1、3、4a、4b 类分别为 55、60、70、70、75。自 22:05 起判定，因为 22:00 上报的最大值属于傍晚时段。',
      },
      basis: 'GB 3096-2008 clause 5.4',
    },
    {
      severity: 'minor',
      trigger: fires(above(latest('lmax', HOUR), 65), {
        clear: 15 * MINUTE,
        keep: 30 * MINUTE,
        gap: 3 * HOUR,
      }),
      scope: scopeOf(['noise'], ['2']),
      timeZone: CHINA,
      schedule: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '22:05', to: '06:00' }],
    },
  ),
]
