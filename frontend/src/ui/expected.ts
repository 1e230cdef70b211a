import type en from '../locales/en.json'

type ExpectedName = keyof (typeof en)['expected']

/** A text in the language of the person: its name below `expected` and what it mentions. */
export interface Expected {
  name: ExpectedName
  values: Partial<Record<'n' | 'list' | 'id' | 'unit' | 'low' | 'high', string>>
}

/** The server's words, as a pattern whose groups are named after what the text mentions. */
const KNOWN: readonly (readonly [RegExp, ExpectedName])[] = [
  [/^a string$|^at least 1 characters$|^an? (?:number|array|object)$/, 'required'],
  [/^at least (?<n>\d+) characters$/, 'atLeast'],
  [/^at most (?<n>\d+) characters$/, 'atMost'],
  [/^at least (?<n>\d+) entries$/, 'fewest'],
  [/^at most (?<n>\d+) entries$/, 'most'],
  [/^at least (?<n>-?[\d.]+)$/, 'numberAtLeast'],
  [/^at most (?<n>-?[\d.]+)$/, 'numberAtMost'],
  [/^an int$/, 'whole'],
  [/^1 to 64 letters, digits, dots/, 'id'],
  [/^1 to 64 lower-case letters, digits, dots/, 'username'],
  [/^another name: this one stands for the platform/, 'reserved'],
  [/^Invalid email address$/, 'email'],
  [/^one line of text, not blank/, 'line'],
  [/^text without control characters$/, 'text'],
  [/^the id of an existing station$/, 'station'],
  [/^at least one station$/, 'anyStation'],
  [/^the id of an existing jurisdiction$/, 'jurisdiction'],
  [/^a jurisdiction that is not itself part of (?<id>\S+)$/, 'partOf'],
  [/^the id of an (?:existing )?observed property$/, 'property'],
  [/^the id of an existing site$/, 'site'],
  [/^the name of a limit of /, 'limit'],
  [/^pairs of stations, because/, 'pairs'],
  [/^another station than the first$/, 'otherStation'],
  [/^each first station once$/, 'stationOnce'],
  [/^more than low, which is (?<n>-?[\d.e+]+)$/, 'moreThan'],
  [/^at most (?<n>-?[\d.e+-]+): the alert must not clear/, 'clearAtMost'],
  [/^at least (?<n>-?[\d.e+-]+): the alert must not clear/, 'clearAtLeast'],
  [/^a range that lies within (?<low>\S+) to (?<high>[^:]+):/, 'clearWithin'],
  [/^a range that holds (?<low>\S+) to (?<high>[^:]+):/, 'clearAround'],
  [/^more than (?<n>\S+), from which on/, 'levelMore'],
  [/^less than (?<n>\S+), from which on/, 'levelLess'],
  [/^a range wider than (?<low>\S+) to (?<high>\S+)$/, 'rangeWider'],
  [/^a range narrower than (?<low>\S+) to (?<high>\S+)$/, 'rangeNarrower'],
  [/^more severe than that of the rule/, 'moreSevere'],
  [/^each severity once$/, 'severityOnce'],
  [/^a slot no longer than the window/, 'slot'],
  [/^a length that divides the window of (?<n>\d+) s$/, 'slotDivides'],
  [/^with a clock-aligned window /, 'alignedWindow'],
  [/^conditions nested at most (?<n>\d+) deep$/, 'nested'],
  [/^a time of day, HH:MM$/, 'timeOfDay'],
  [/^a date, YYYY-MM-DD$/, 'date'],
  [/^an IANA time zone/, 'timeZone'],
  [/^a UCUM unit that converts to (?<unit>[^:]+):/, 'unit'],
  [/^an id named once/, 'once'],
  [/^an id that no (?:other )?\w+ has(?: yet)?$/, 'exists'],
  [/^a user name that nobody has yet$/, 'takenName'],
  [/^an address that no other account has$/, 'takenMail'],
  [/^a position inside your jurisdictions$/, 'inside'],
  [/^permissions you hold yourself$/, 'own'],
  [/^null: administrators have the whole territory$/, 'boundAdministrator'],
  [/^nobody changes their own role/, 'ownRole'],
  [/^no field of this name$/, 'unknownField'],
  [/^something other than the user name$/, 'passwordName'],
  [/^a password that is not among the first/, 'passwordCommon'],
  [/^one of (?<list>.+)$/, 'oneOf'],
]

/** Recognises what the server expected of a field; null for what is only known in the server's own words. */
export function recognise(text: string): Expected | null {
  for (const [pattern, name] of KNOWN) {
    const match = pattern.exec(text)
    if (match !== null) return { name, values: { ...match.groups } }
  }
  return null
}
