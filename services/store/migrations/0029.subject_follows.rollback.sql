drop index subject_follows;
