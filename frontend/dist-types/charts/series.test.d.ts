export {};
//# sourceMappingURL=series.test.d.ts.map