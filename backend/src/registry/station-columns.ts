/** Names people give to a station's fields in spreadsheets and maps, and how cells turn into values. */

const FIELDS = {
  id: ['id', 'stationid', 'station', 'stationcode', 'code', '编号', '站点编号', '站点代码', '点位编码'],
  name: ['name', 'stationname', 'title', '名称', '站名', '站点名称', '点位名称'],
  latitude: ['latitude', 'lat', 'y', '纬度'],
  longitude: ['longitude', 'lon', 'lng', 'long', 'x', '经度'],
  medium: ['medium', 'media', '介质', '监测介质', '要素', '监测要素'],
  site: ['site', 'siteid', '企业', '企业编号', '所属企业'],
  elevation: ['elevation', 'altitude', 'height', '海拔', '高程'],
  description: ['description', 'remark', 'remarks', 'notes', '描述', '说明', '备注'],
  class: ['class', 'functionalclass', '功能区类别', '水质目标', '类别'],
  silentAfterSeconds: ['silentafterseconds', 'silentafter', '静默时限'],
} as const

export type StationField = keyof typeof FIELDS
export const STATION_FIELDS = Object.keys(FIELDS) as StationField[]
export const REQUIRED_FIELDS: readonly StationField[] = ['id', 'name', 'latitude', 'longitude', 'medium']
const NUMERIC = new Set<StationField>(['latitude', 'longitude', 'elevation', 'silentAfterSeconds'])
export const ATTRIBUTE_PREFIX = 'attributes.'

const FIELD_BY_NAME = new Map<string, StationField>(
  STATION_FIELDS.flatMap((field) => FIELDS[field].map((name) => [name, field] as const)),
)

const MEDIUM_BY_NAME = new Map<string, string>([
  ...['空气', '环境空气', '大气'].map((name) => [name, 'air'] as const),
  ['气象', 'weather'],
  ...['地表水', 'water', 'surfacewater'].map((name) => [name, 'surface-water'] as const),
  ...['废水', '污水', 'wastewater'].map((name) => [name, 'waste-water'] as const),
  ...['噪声', '噪音'].map((name) => [name, 'noise'] as const),
  ['土壤', 'soil'],
  ...['废气', '排放', '固定污染源', 'stack'].map((name) => [name, 'emission'] as const),
  ...['设备', '工况', '设施'].map((name) => [name, 'equipment'] as const),
])

/** The field a column stands for, however it is spelt; undefined for a column of the owner's own. */
export function fieldOf(column: string): StationField | undefined {
  return FIELD_BY_NAME.get(plain(column))
}

/** The attribute a column of the owner's own stands for. */
export function attributeOf(column: string): string {
  const name = column.trim()
  return name.startsWith(ATTRIBUTE_PREFIX) ? name.slice(ATTRIBUTE_PREFIX.length) : name
}

/** A cell as the field's schema expects it. What does not fit stays text, for the schema to name. */
export function fieldValue(field: StationField, value: unknown): unknown {
  if (typeof value !== 'string') return field === 'id' && typeof value === 'number' ? String(value) : value
  const text = value.trim()
  if (text === '') return undefined
  if (NUMERIC.has(field)) return isDecimal(text) ? Number(text) : text
  if (field === 'medium') return mediumOf(text)
  return value
}

/** Numbers and truth values in their usual writing become such; everything else, 007 included, stays text. */
export function attributeValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return isDecimal(text) && String(Number(text)) === text ? Number(text) : text
}

function mediumOf(text: string): string {
  const name = text.toLowerCase().replace(/[\s_]+/g, '-')
  return MEDIUM_BY_NAME.get(plain(text)) ?? name
}

function isDecimal(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(text)
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_\-.]+/g, '')
}
