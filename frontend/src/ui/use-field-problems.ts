import { useText } from '../i18n/use-text.ts'
import { recognise } from './expected.ts'
import { fieldProblems } from './field-problems.ts'

/** What the server expected in the person's language where it is known, else in the words of the server. */
export function useExpected(): (text: string) => string {
  const { t } = useText()
  return (text) => {
    const known = recognise(text)
    return known === null ? text : t(`expected.${known.name}`, { ...known.values })
  }
}

/** What is to be shown beside the fields of a form that the server refused. */
export function useFieldProblems(error: unknown): ReadonlyMap<string, string> {
  const say = useExpected()
  return new Map([...fieldProblems(error)].map(([field, text]) => [field, say(text)]))
}
