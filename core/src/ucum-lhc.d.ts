/** The part of @lhncbc/ucum-lhc in use; the package ships no types. */
declare module '@lhncbc/ucum-lhc' {
  export interface ConvertUnitResult {
    status: 'succeeded' | 'failed' | 'error'
    toVal: number | null
    msg: string[]
  }

  export interface ValidateUnitResult {
    status: 'valid' | 'invalid' | 'error'
    ucumCode: string | null
    msg: string[]
  }

  export class UcumLhcUtils {
    static getInstance(): UcumLhcUtils
    convertUnitTo(
      fromUnitCode: string,
      fromValue: number,
      toUnitCode: string,
      options?: { suggest?: boolean; molecularWeight?: number | null; charge?: number | null },
    ): ConvertUnitResult
    validateUnitString(unit: string, suggest?: boolean): ValidateUnitResult
  }
}
