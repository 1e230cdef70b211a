import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common'
import { LIBRARY } from '@osprey/core/alerting/library'
import { LIMITS, limitView as viewOfLimit } from '@osprey/core/alerting/limits/limits'
import {
  type LibraryRuleView,
  type LimitView,
  libraryRuleView,
  limitView,
  type PreviewView,
  previewInput,
  previewView,
  type RuleInput,
  type RulePatch,
  type RuleVersionView,
  type RuleView,
  ruleInput,
  rulePatch,
  ruleVersionView,
  ruleView,
} from '@osprey/core/api/rules'
import { z } from 'zod'
import { Endpoint } from '../http/endpoint.ts'
import type { Territory } from '../territory/territory.ts'
import { Within } from '../territory/within.ts'
import { RuleDesk } from './rule-desk.ts'

@Controller('api/rules')
export class RulesController {
  constructor(private readonly desk: RuleDesk) {}

  @Get()
  @Endpoint({ summary: 'The alert rules, by id', answer: z.array(ruleView) })
  list(@Within() territory: Territory): Promise<RuleView[]> {
    const { rules, views } = this.desk
    return views.list(rules.within(territory), territory)
  }

  @Post()
  @Endpoint({ summary: 'Create a rule', answer: ruleView, problems: [409] })
  async create(
    @Body({ schema: ruleInput }) input: RuleInput,
    @Within() territory: Territory,
  ): Promise<RuleView> {
    const { rules, views } = this.desk
    return views.one(await rules.create(input, territory), territory)
  }

  @Get('library')
  @Endpoint({ summary: 'Ready rules to begin with, inactive until chosen', answer: z.array(libraryRuleView) })
  library(): LibraryRuleView[] {
    return LIBRARY.map((rule) => ({ ...rule, sentence: this.desk.sentence(rule.definition) }))
  }

  @Get('limits')
  @Endpoint({ summary: 'The legal limits a rule can name, every phase of them', answer: z.array(limitView) })
  limits(): LimitView[] {
    return LIMITS.map(viewOfLimit)
  }

  @Post('preview')
  @HttpCode(200)
  @Endpoint({
    summary: 'What a definition means, and the first 1000 stations it would apply to',
    answer: previewView,
  })
  preview(
    @Body({ schema: previewInput }) input: z.infer<typeof previewInput>,
    @Within() territory: Territory,
  ): PreviewView {
    return this.desk.preview(input, territory)
  }

  @Get(':id')
  @Endpoint({ summary: 'One rule', answer: ruleView, problems: [404] })
  get(@Param('id') id: string, @Within() territory: Territory): Promise<RuleView> {
    const { rules, views } = this.desk
    return views.one(rules.found(id, territory), territory)
  }

  @Get(':id/versions')
  @Endpoint({
    summary: 'Every version of a rule, newest first',
    answer: z.array(ruleVersionView),
    problems: [404],
  })
  async versions(@Param('id') id: string, @Within() territory: Territory): Promise<RuleVersionView[]> {
    const { rules, views } = this.desk
    return (await rules.versions(id, territory)).map((row) => views.version(row, territory))
  }

  @Patch(':id')
  @Endpoint({
    summary: 'Change a rule or switch it on or off; another definition is a new version',
    answer: ruleView,
    problems: [404, 409],
  })
  async update(
    @Param('id') id: string,
    @Body({ schema: rulePatch }) patch: RulePatch,
    @Within() territory: Territory,
  ): Promise<RuleView> {
    const { rules, views } = this.desk
    return views.one(await rules.update(id, patch, territory), territory)
  }

  @Delete(':id')
  @HttpCode(204)
  @Endpoint({ summary: 'Remove a rule; its alerts stay and its id is not given again', problems: [404] })
  remove(@Param('id') id: string, @Within() territory: Territory): Promise<void> {
    return this.desk.rules.remove(id, territory)
  }
}
