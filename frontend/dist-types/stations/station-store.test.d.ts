export {};
//# sourceMappingURL=station-store.test.d.ts.map