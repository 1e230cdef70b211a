export const NOTIFICATIONS_VIEWS = ['channels', 'routes', 'deliveries', 'holidays'] as const
export type NotificationsView = (typeof NOTIFICATIONS_VIEWS)[number]
