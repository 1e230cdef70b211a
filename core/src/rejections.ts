/** Why a message or one of its readings was not accepted. The ledger counts by these reasons. */
export const REJECTION_REASONS = [
  'payload_too_large',
  'malformed_json',
  'not_a_report',
  'too_many_reports',
  'too_many_values',
  'bad_time',
  'bad_value',
  'bad_id',
  'bad_senml',
  'unknown_device',
  'device_disabled',
  'station_missing',
  'station_not_allowed',
  'unknown_station',
  'unknown_property',
  'wrong_kind',
  'bad_unit',
  'store_refused',
] as const

export type RejectionReason = (typeof REJECTION_REASONS)[number]

export interface Advice {
  en: string
  zh: string
}

/** What the sender can do about it, in the words shown to vendors and inspectors. */
export const REJECTION_ADVICE: Readonly<Record<RejectionReason, Advice>> = {
  payload_too_large: {
    en: 'Split the message: send fewer reports at a time.',
    zh: '请拆分报文，每次发送更少的数据。',
  },
  malformed_json: {
    en: 'Send one complete JSON text in UTF-8.',
    zh: '请发送完整的 UTF-8 编码 JSON 文本。',
  },
  not_a_report: {
    en: 'Send {"time":…,"values":{"pm25":35.2}} or a list of such reports, with at least one value each.',
    zh: '请发送 {"time":…,"values":{"pm25":35.2}} 或由其组成的数组，且每条至少包含一个值。',
  },
  too_many_reports: {
    en: 'Send at most 1000 reports in one message.',
    zh: '每条报文最多包含 1000 条记录。',
  },
  too_many_values: {
    en: 'Send at most 256 values in one report.',
    zh: '每条记录最多包含 256 个值。',
  },
  bad_time: {
    en: 'Send the time as ISO 8601 with an offset (2026-11-22T08:00:00Z) or as epoch milliseconds, or leave it out.',
    zh: '时间须为带时区的 ISO 8601（如 2026-11-22T16:00:00+08:00）或毫秒时间戳，也可省略。',
  },
  bad_value: {
    en: 'A value is a finite number, true, false, null or a text of at most 256 characters without control characters.',
    zh: '值须为有限数值、true、false、null，或不超过 256 个字符且不含控制字符的文本。',
  },
  bad_id: {
    en: 'Identifiers are 1 to 64 letters, digits, dots, underscores or hyphens and begin with a letter or digit.',
    zh: '标识符由 1 至 64 个字母、数字、点、下划线或连字符组成，且以字母或数字开头。',
  },
  bad_senml: {
    en: 'Send a SenML pack as RFC 8428 describes: a JSON array of records, each with a name and one value.',
    zh: '请按 RFC 8428 发送 SenML：JSON 数组，每条记录包含名称和一个值。',
  },
  unknown_device: {
    en: 'Register the device before it reports.',
    zh: '请先登记该设备，再上报数据。',
  },
  device_disabled: {
    en: 'Enable the device, or stop it from reporting.',
    zh: '请启用该设备，或停止其上报。',
  },
  station_missing: {
    en: 'The device serves several stations: name one in the field "station" of each report.',
    zh: '该设备对应多个站点，请在每条记录的 "station" 字段中指明站点。',
  },
  station_not_allowed: {
    en: 'Assign the station to the device in the registry, or correct the station in the report.',
    zh: '请在登记信息中将该站点分配给设备，或更正记录中的站点。',
  },
  unknown_station: {
    en: 'Register the station, or correct its identifier in the report.',
    zh: '请登记该站点，或更正记录中的站点标识。',
  },
  unknown_property: {
    en: 'Use an identifier of the catalogue of observed properties, or add a custom property.',
    zh: '请使用监测因子目录中的标识，或新增自定义因子。',
  },
  wrong_kind: {
    en: 'Send the kind of value the property has: a number, true or false, or one of its categories.',
    zh: '请发送与因子类型一致的值：数值、true/false，或其规定的类别之一。',
  },
  bad_unit: {
    en: 'Use a unit that converts to the unit of the property, as a UCUM code or a registered SenML unit.',
    zh: '请使用可换算为该因子单位的 UCUM 代码或已注册的 SenML 单位。',
  },
  store_refused: {
    en: 'The store did not accept the reading; it is kept in quarantine with the store’s answer.',
    zh: '存储未接受该读数，已连同存储的答复一并隔离保存。',
  },
}
