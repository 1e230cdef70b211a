export {};
//# sourceMappingURL=mercator.test.d.ts.map