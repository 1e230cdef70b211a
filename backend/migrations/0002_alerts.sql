CREATE TABLE "alert_events" (
	"id" serial PRIMARY KEY NOT NULL,
	"alert" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"kind" text NOT NULL,
	"actor" text NOT NULL,
	"detail" jsonb NOT NULL,
	"key" text,
	CONSTRAINT "alert_events_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "alerts" (
	"id" text PRIMARY KEY NOT NULL,
	"rule" text NOT NULL,
	"rule_version" integer NOT NULL,
	"target" text NOT NULL,
	"station" text,
	"other" text,
	"site" text,
	"property" text,
	"trigger" text NOT NULL,
	"state" text NOT NULL,
	"severity" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"fired_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"resolved_at" timestamp with time zone,
	"resolution" text,
	"value" double precision,
	"unit" text NOT NULL,
	"peak" double precision,
	"peak_at" timestamp with time zone,
	"evidence" jsonb NOT NULL,
	"acknowledged_at" timestamp with time zone,
	"acknowledged_by" text,
	"assignee" text,
	"snoozed_until" timestamp with time zone,
	"muted" boolean DEFAULT false NOT NULL,
	"silenced_by" text[] DEFAULT '{}' NOT NULL,
	"inhibited_by" text,
	"flapping" boolean DEFAULT false NOT NULL,
	"false_alarm" jsonb,
	"previous" text,
	"comments" integer DEFAULT 0 NOT NULL,
	"escalated" integer DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cap_messages" (
	"identifier" text PRIMARY KEY NOT NULL,
	"alert" text NOT NULL,
	"number" integer NOT NULL,
	"msg_type" text NOT NULL,
	"sent" timestamp with time zone NOT NULL,
	"expires" timestamp with time zone NOT NULL,
	"severity" text NOT NULL,
	"title" text NOT NULL,
	"xml" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"language" text NOT NULL,
	"enabled" boolean NOT NULL,
	"addresses" text[] DEFAULT '{}' NOT NULL,
	"template" text,
	"host" text,
	"sealed" text,
	"last_delivered_at" timestamp with time zone,
	"last_error" text,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"channel" text NOT NULL,
	"lane" text NOT NULL,
	"route" text,
	"recipient" text,
	"alerts" text[] NOT NULL,
	"subject" text NOT NULL,
	"content" jsonb NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"delivered_at" timestamp with time zone,
	"last_error" text,
	CONSTRAINT "deliveries_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "holidays" (
	"date" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"text" text NOT NULL,
	"alert" text,
	"severity" text,
	"read_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "notification_groups" (
	"route" text NOT NULL,
	"key" text NOT NULL,
	"told" jsonb NOT NULL,
	"due_at" timestamp with time zone,
	"told_at" timestamp with time zone,
	"opened_at" timestamp with time zone NOT NULL,
	"generation" text DEFAULT gen_random_uuid() NOT NULL,
	"round" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "notification_groups_route_key_pk" PRIMARY KEY("route","key")
);
--> statement-breakpoint
CREATE TABLE "routes" (
	"id" text PRIMARY KEY NOT NULL,
	"settings" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rule_versions" (
	"rule" text NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"note" text NOT NULL,
	"author" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "rule_versions_rule_version_pk" PRIMARY KEY("rule","version")
);
--> statement-breakpoint
CREATE TABLE "rules" (
	"id" text PRIMARY KEY NOT NULL,
	"jurisdiction" text,
	"active" boolean NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_by" text NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "saved_views" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" integer NOT NULL,
	"name" text NOT NULL,
	"query" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "silences" (
	"id" text PRIMARY KEY NOT NULL,
	"jurisdiction" text,
	"author" text NOT NULL,
	"reason" text NOT NULL,
	"scope" jsonb NOT NULL,
	"rules" text[],
	"severities" text[],
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"recurring" jsonb,
	"ended_by" text,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "alert_events" ADD CONSTRAINT "alert_events_alert_alerts_id_fk" FOREIGN KEY ("alert") REFERENCES "public"."alerts"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_rule_rules_id_fk" FOREIGN KEY ("rule") REFERENCES "public"."rules"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cap_messages" ADD CONSTRAINT "cap_messages_alert_alerts_id_fk" FOREIGN KEY ("alert") REFERENCES "public"."alerts"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notices" ADD CONSTRAINT "notices_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_groups" ADD CONSTRAINT "notification_groups_route_routes_id_fk" FOREIGN KEY ("route") REFERENCES "public"."routes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rule_versions" ADD CONSTRAINT "rule_versions_rule_rules_id_fk" FOREIGN KEY ("rule") REFERENCES "public"."rules"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rules" ADD CONSTRAINT "rules_jurisdiction_jurisdictions_id_fk" FOREIGN KEY ("jurisdiction") REFERENCES "public"."jurisdictions"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_views" ADD CONSTRAINT "saved_views_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "silences" ADD CONSTRAINT "silences_jurisdiction_jurisdictions_id_fk" FOREIGN KEY ("jurisdiction") REFERENCES "public"."jurisdictions"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alert_events_alert" ON "alert_events" USING btree ("alert","id");--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_open" ON "alerts" USING btree ("rule","target") WHERE state = 'firing';--> statement-breakpoint
CREATE INDEX "alerts_fired" ON "alerts" USING btree ("fired_at","id");--> statement-breakpoint
CREATE INDEX "alerts_station" ON "alerts" USING btree ("station","fired_at");--> statement-breakpoint
CREATE INDEX "alerts_rule" ON "alerts" USING btree ("rule","fired_at");--> statement-breakpoint
CREATE INDEX "alerts_target" ON "alerts" USING btree ("rule","target","fired_at");--> statement-breakpoint
CREATE INDEX "alerts_resolved" ON "alerts" USING btree ("resolved_at");--> statement-breakpoint
CREATE UNIQUE INDEX "cap_messages_alert" ON "cap_messages" USING btree ("alert","number");--> statement-breakpoint
CREATE INDEX "cap_messages_expires" ON "cap_messages" USING btree ("expires");--> statement-breakpoint
CREATE INDEX "deliveries_lane" ON "deliveries" USING btree ("lane","next_attempt_at","created_at") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "deliveries_created" ON "deliveries" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "notices_user" ON "notices" USING btree ("user_id","at");--> statement-breakpoint
CREATE INDEX "notification_groups_due" ON "notification_groups" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "notification_groups_told" ON "notification_groups" USING gin ("told");--> statement-breakpoint
CREATE INDEX "rules_jurisdiction" ON "rules" USING btree ("jurisdiction");--> statement-breakpoint
CREATE INDEX "saved_views_user" ON "saved_views" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "silences_ends" ON "silences" USING btree ("ends_at");