import { useText } from '../i18n/use-text.ts'
import { useNow } from './use-now.ts'

/** How long ago something was; the full time with its zone is the tooltip. */
export function Age({ time }: { time: string }) {
  const { format } = useText()
  const now = useNow()
  const at = Date.parse(time)
  return (
    <time dateTime={time} title={format.dateTime(at)} className="number">
      {format.age(at, now)}
    </time>
  )
}
