export {};
//# sourceMappingURL=cluster-index.test.d.ts.map