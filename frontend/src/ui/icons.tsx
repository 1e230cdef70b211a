/** Outline icons on a 20 px grid, drawn for this app. */
const PATHS = {
  map: 'M7 3.5 2.5 5.5v11L7 14.5l6 2 4.5-2v-11L13 5.5zM7 3.5v11M13 5.5v11',
  ledger: 'M4 3h12v14H4zM7 7h6M7 10h6M7 13h3.5',
  search: 'M8.5 3a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM12.5 12.5 17 17',
  close: 'M5 5l10 10M15 5 5 15',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  fullscreen: 'M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4',
  shrink: 'M7.5 3.5v4h-4M16.5 7.5h-4v-4M12.5 16.5v-4h4M3.5 12.5h4v4',
  layers: 'M10 3 2.5 7 10 11l7.5-4zM3.5 10.5 10 14l6.5-3.5M3.5 13.5 10 17l6.5-3.5',
  home: 'M3 9.5 10 3.5l7 6M5 8.2v8.3h10V8.2M8.2 16.5v-4.5h3.6v4.5',
  sun: 'M10 6.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7zM10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14.3 5.7l1.4-1.4',
  moon: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z',
  screen: 'M3 4h14v9H3zM7.5 16.5h5M10 13v3.5',
  person: 'M10 3.5a3 3 0 1 1 0 6a3 3 0 0 1 0-6zM4 16.5c.5-3.3 2.8-5 6-5s5.5 1.7 6 5',
  leave: 'M8 3.5H4v13h4M8 10h9M13.5 6.5 17 10l-3.5 3.5',
  upload: 'M10 13V3.5M6.5 7 10 3.5 13.5 7M4 13v3.5h12V13',
  down: 'M5 7.5l5 5 5-5',
  up: 'M5 12.5l5-5 5 5',
  left: 'M12.5 5l-5 5 5 5',
  right: 'M7.5 5l5 5-5 5',
  warning: 'M10 3 2 16.5h16zM10 8v4.5M10 14.2v.3',
  info: 'M10 2.5a7.5 7.5 0 1 1 0 15a7.5 7.5 0 0 1 0-15zM10 9v5M10 6.2v.3',
  check: 'M4 10.5l4 4 8-9',
  filter: 'M3 4.5h14l-5.5 6.5v5.5l-3-1.5V11z',
  list: 'M7 5h10M7 10h10M7 15h10M3.5 5h.3M3.5 10h.3M3.5 15h.3',
  retry: 'M16 10a6 6 0 1 1-1.8-4.3M16 3v3.5h-3.5',
  table: 'M3 4h14v12H3zM3 8h14M3 12h14M8.5 8v8',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  trash: 'M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.7 11h7.6l.7-11',
  target: 'M10 5a5 5 0 1 1 0 10a5 5 0 0 1 0-10zM10 2v3M10 15v3M2 10h3M15 10h3',
  language: 'M3 5h8M7 3v2M9.5 5c-.6 3-2.7 5.5-6 7M5 8c1 2 2.8 3.3 5 4M10 17l3.5-8 3.5 8M11.2 14.3h4.6',
  copy: 'M7 7h9.5v9.5H7zM13 7V3.5H3.5V13H7',
  people:
    'M7.5 4a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5zM2.5 16c.4-2.9 2.3-4.4 5-4.4s4.6 1.5 5 4.4M13 4.3a2.5 2.5 0 0 1 0 4.6M14.5 11.9c1.7.5 2.7 1.9 3 4.1',
  key: 'M6.5 8a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7zM9 9l7.5-5.5M13 6l2 2.7M15.2 4.5l1.5 2',
  area: 'M4 4.5 15.5 3.5 16.5 14 9.5 16.5 3.5 13zM4 4.5h.1M15.5 3.5h.1M16.5 14h.1M9.5 16.5h.1',
  edit: 'M4 16l.8-3.6L13.2 4l2.8 2.8-8.4 8.4zM11.2 6l2.8 2.8',
  link: 'M8.5 11.5 11.5 8.5M9.5 6 12 3.5a3 3 0 0 1 4.5 4.5L14 10.5M10.5 14 8 16.5A3 3 0 0 1 3.5 12L6 9.5',
  download: 'M10 3.5V13M6.5 9.5 10 13l3.5-3.5M4 13v3.5h12V13',
  chart: 'M3 3.5v13h14M6 13l3-4 3 2.5L16.5 6',
  device: 'M4 9.5h12v7H4zM7 13h.1M10 13h3M10 9.5V6M6.8 6.2a4.5 4.5 0 0 1 6.4 0M4.8 4a7.4 7.4 0 0 1 10.4 0',
  rule: 'M3.5 5h6M3.5 10h3.5M3.5 15h6M12 5h4.5M10 10h6.5M12 15h4.5M10.7 3.2v3.6M8.4 8.2v3.6M10.7 13.2v3.6',
  alert:
    'M6 14V10a4 4 0 0 1 8 0v4M3.5 14h13v2.5h-13zM10 1.5v2M2.5 8.5l1.8.8M17.5 8.5l-1.8.8M4.6 3.6 6 5.1M15.4 3.6 14 5.1',
  bell: 'M10 3a4.5 4.5 0 0 1 4.5 4.5c0 4 2 5 2 6.5h-13c0-1.5 2-2.5 2-6.5A4.5 4.5 0 0 1 10 3zM8.2 16.5a2 2 0 0 0 3.6 0',
  silence:
    'M6 5.4A4.5 4.5 0 0 1 14.5 7.5c0 2 .5 3.3 1 4.2M5.5 7.8c-.1 3.8-2 4.8-2 6.2H13M8.2 16.5a2 2 0 0 0 3.6 0M3 3l14 14',
  clock: 'M10 2.5a7.5 7.5 0 1 1 0 15a7.5 7.5 0 0 1 0-15zM10 6v4.3l3 1.7',
  flapping: 'M2.5 10h2l2-5 3 10 3-10 2 5h3',
  comment: 'M3.5 4h13v9.5H9L5.5 16.5v-3h-2z',
  send: 'M17 3 2.5 8.5l5.8 2.7L11 17zM17 3l-8.7 8.2',
  audit: 'M10 2.5 16 5v4.5c0 3.8-2.4 6.4-6 8-3.6-1.6-6-4.2-6-8V5zM7.2 10l2 2 3.6-4',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
