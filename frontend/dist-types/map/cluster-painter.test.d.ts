export {};
//# sourceMappingURL=cluster-painter.test.d.ts.map