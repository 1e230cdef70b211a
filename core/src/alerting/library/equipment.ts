import {
  above,
  all,
  below,
  fires,
  HOUR,
  isCategory,
  isFalse,
  isTrue,
  type LibraryRule,
  latest,
  MINUTE,
  ready,
  scopeOf,
} from './parts.ts'

const SCOPE = scopeOf(['equipment'])
/** Readings this old still tell the state: meters report every minute to every quarter of an hour. */
const RECENT = 20 * MINUTE

export const EQUIPMENT_RULES: readonly LibraryRule[] = [
  ready(
    'equipment',
    {
      id: 'equipment-treatment-off',
      name: { en: 'Production draws power while treatment does not', zh: '生产设施用电而治理设施未用电' },
      why: {
        en: 'For ten minutes: longer than a start in the right order takes. The plainest sign that waste gas or water goes untreated. Fit both numbers to the idle power of the works.',
        zh: '持续十分钟，长于正常的启动顺序，是未经治理排放的最直接迹象。请按企业空载功率调整两个数值。',
      },
      basis: '排污许可管理条例 (permit regulation) article 34; 用电监管 practice',
    },
    {
      severity: 'severe',
      trigger: fires(
        all(
          above(latest('production_power', RECENT), 10, 8),
          below(latest('treatment_power', RECENT), 1, 1.5),
        ),
        { hold: 10 * MINUTE, clear: 5 * MINUTE, gap: 45 * MINUTE },
      ),
      scope: SCOPE,
      escalation: [{ afterSeconds: HOUR, role: 'supervisor' }],
    },
  ),
  ready(
    'equipment',
    {
      id: 'equipment-flow-without-pump',
      name: { en: 'Flow through treatment without the pump', zh: '水泵未运行却有处理流量' },
      why: {
        en: 'A flow that no pump makes: a meter that was tampered with or has drifted, or a signal that was wired wrong.',
        zh: '水泵停止而有流量：流量计被改动或漂移，或信号接线错误。',
      },
      basis: 'practice · 运行经验',
    },
    {
      severity: 'moderate',
      trigger: fires(all(above(latest('treatment_flow', RECENT), 1, 0.5), isFalse('pump_running', RECENT)), {
        hold: 5 * MINUTE,
        clear: 5 * MINUTE,
        gap: 45 * MINUTE,
      }),
      scope: SCOPE,
    },
  ),
  ready(
    'equipment',
    {
      id: 'equipment-bypass',
      name: { en: 'Bypass valve open during production', zh: '生产期间旁路阀开启' },
      why: {
        en: 'An open bypass leads around the treatment. Safety valves open for moments: two minutes are let pass.',
        zh: '旁路开启意味着绕过治理设施。安全泄放仅为瞬间，两分钟内不计。',
      },
      basis: 'HJ 75-2017; practice · 运行经验',
    },
    {
      severity: 'severe',
      trigger: fires(all(isTrue('valve_open', RECENT), above(latest('production_power', RECENT), 10, 8)), {
        hold: 2 * MINUTE,
        clear: 2 * MINUTE,
        gap: 45 * MINUTE,
      }),
      scope: SCOPE,
    },
  ),
  ready(
    'equipment',
    {
      id: 'equipment-door',
      name: { en: 'Cabinet door open', zh: '站房门开启' },
      why: {
        en: 'Somebody is at the instruments. Ten minutes are enough for a look; longer should be in the maintenance plan.',
        zh: '有人接触仪器。十分钟足够巡视，更长时间应列入维护计划。',
      },
      basis: 'HJ 75-2017',
    },
    {
      severity: 'minor',
      trigger: fires(isTrue('door_open', 2 * HOUR), { hold: 10 * MINUTE, clear: MINUTE, gap: 3 * HOUR }),
      scope: scopeOf(null),
    },
  ),
  ready(
    'equipment',
    {
      id: 'equipment-long-maintenance',
      name: { en: 'In maintenance for too long', zh: '维护状态时间过长' },
      why: {
        en: 'Values in maintenance do not count for compliance, so the state is a place to hide in. Eight hours is a working day.',
        zh: '维护期间的数据不参与达标判定，易被滥用。八小时为一个工作日。',
      },
      basis: 'HJ 212-2017 field RS; HJ 75-2017',
    },
    {
      severity: 'moderate',
      trigger: fires(isCategory('run_state', 'maintenance', 2 * HOUR), {
        hold: 8 * HOUR,
        clear: 10 * MINUTE,
        // Water stations tell their state every four hours.
        gap: 9 * HOUR,
      }),
      scope: scopeOf(null),
    },
  ),
]
