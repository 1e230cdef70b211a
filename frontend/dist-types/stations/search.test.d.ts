export {};
//# sourceMappingURL=search.test.d.ts.map