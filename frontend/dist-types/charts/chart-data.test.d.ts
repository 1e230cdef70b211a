export {};
//# sourceMappingURL=chart-data.test.d.ts.map