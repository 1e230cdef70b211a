import type { DeviceView } from '@osprey/core/api'
import { useLayoutEffect, useRef, useState } from 'react'
import { useWorkspace } from '../app-state.ts'
import { useText } from '../i18n/use-text.ts'
import { rejectedTotal } from '../ledger/balance.ts'
import { formatHash } from '../routing/route.ts'
import { NO_VALUE } from '../stations/reading-text.ts'
import { Age } from '../ui/age.tsx'
import { usePhone } from '../ui/use-media.ts'
import { virtualRange } from '../ui/virtual-range.ts'
import { DeviceState } from './device-state.tsx'
import { type Counts, useFreshRows } from './use-devices.ts'

/** Pixels; the same heights stand in the style sheet. */
const ROW_HEIGHT = 44
const PHONE_ROW_HEIGHT = 104
const MARGIN_ROWS = 6
const COLUMNS = [
  'id',
  'stations',
  'connection',
  'lastMessage',
  'received',
  'rejected',
  'authentication',
] as const

interface DeviceTableProps {
  rows: readonly DeviceView[]
  /** Devices there are before the list was narrowed. */
  total: number
  search: string
  counts: ReadonlyMap<string, Counts> | null
}

/** A table of which only the rows in sight exist; its true size is told to assistive technology. */
export function DeviceTable({ rows, total, search, counts }: DeviceTableProps) {
  const { t } = useText()
  const rowHeight = usePhone() ? PHONE_ROW_HEIGHT : ROW_HEIGHT
  const box = useRef<HTMLElement>(null)
  const [scroll, setScroll] = useState({ top: 0, height: 600 })
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(() =>
      setScroll((before) => ({ ...before, height: element.clientHeight })),
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const { first, last } = virtualRange(rows.length, rowHeight, scroll.top, scroll.height, MARGIN_ROWS)
  const fresh = useFreshRows(rows, total, first, search)
  const inSight = Array.from({ length: last - first }, (_, offset) => first + offset)
  return (
    <section
      ref={box}
      className="device-table"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      aria-label={t('devices.list')}
      onScroll={({ currentTarget }) =>
        setScroll({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })
      }
      data-testid="device-table"
    >
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr className="device-row" aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" className={`device-${column}`}>
                {t(`devices.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody style={{ height: rows.length * rowHeight }}>
          {inSight.map((at) => {
            const device = fresh(at)
            if (device === undefined) return null
            return (
              <DeviceRow
                key={device.id}
                device={device}
                at={at}
                top={at * rowHeight}
                search={search}
                counts={counts === null ? null : (counts.get(device.id) ?? 'none')}
              />
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

interface DeviceRowProps {
  device: DeviceView
  at: number
  top: number
  search: string
  /** `none`: nothing was ever received; null: not known. */
  counts: Counts | 'none' | null
}

function DeviceRow({ device, at, top, search, counts }: DeviceRowProps) {
  const { t, format } = useText()
  const { stations } = useWorkspace()
  const names = device.stations.map((id) => stations.recordOf(id)?.name ?? id)
  const rejected = counts === null || counts === 'none' ? 0 : rejectedTotal(counts)
  const count = (number: number): string => (counts === null ? NO_VALUE : format.number(number))
  return (
    <tr
      aria-rowindex={at + 2}
      className="device-row"
      style={{ transform: `translateY(${top}px)` }}
      data-testid={`device-${device.id}`}
    >
      <td className="device-id">
        <a className="mono" href={formatHash({ page: 'devices', device: device.id, search })}>
          {device.id}
        </a>
      </td>
      <td className="device-stations" title={names.join(', ')}>
        {names.length === 0 ? t('devices.noStation') : names[0]}
        {names.length > 1 && <span className="chip">+{format.number(names.length - 1)}</span>}
      </td>
      <td className="device-connection">
        <DeviceState device={device} />
      </td>
      <td className="device-lastMessage" data-label={t('devices.column.lastMessage')}>
        {device.lastMessageAt === null ? t('devices.noMessage') : <Age time={device.lastMessageAt} />}
      </td>
      <td className="device-received" data-label={t('devices.column.received')}>
        {count(counts === null || counts === 'none' ? 0 : counts.received)}
      </td>
      <td
        className={rejected > 0 ? 'device-rejected some' : 'device-rejected'}
        data-label={t('devices.column.rejected')}
      >
        {count(rejected)}
      </td>
      <td className="device-authentication">{t(`devices.authentication.${device.authentication}`)}</td>
    </tr>
  )
}
